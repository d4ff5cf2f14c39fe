package opml.lab.bench.llm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import opml.ethereum.devchain.AnvilBinary;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.LlmFigures.Case;
import opml.lab.bench.llm.LlmFigures.Check;
import opml.lab.bench.llm.LlmFigures.Claim;
import opml.lab.bench.llm.LlmFigures.Dispute;
import opml.lab.bench.llm.LlmFigures.Greedy;
import opml.lab.bench.llm.LlmFigures.Missing;
import opml.lab.bench.llm.LlmFigures.Opened;
import opml.lab.bench.llm.LlmFigures.Perplexity;
import opml.lab.bench.llm.LlmFigures.Test;
import opml.llm.model.LanguageModels;

/// Measures language models beside llama.cpp: on the same files, in the same run, turn by turn, each in a process of
/// its own with two threads.
///
/// It goes case by case, a test of a model each. A case that fails costs its own figure and no other, and what was
/// found is told after each, so that a run that is stopped can be taken up again.
public final class LlmBench {
  private static final String PEER = "llama-cpp.mjs";
  private static final int TURNS = 3;
  private static final int PROMPT = 512;
  private static final int DECODE = 64;
  private static final int ANSWER = 256;
  private static final int SHORT = 8;

  /// How often models are loaded.
  private static final int LOADS = 3;

  /// Where the vocabularies of all models here have pieces.
  private static final int PIECES = LlamaKeys.FIRST_PIECE;

  /// More than this part of a turn is too much for the side that waits.
  private static final double MOST_IDLE = 0.1;

  private final Places places;
  private final LlmChoice choice;
  private final Consumer<String> progress;
  private final Consumer<LlmFigures> found;
  private final ModelFiles files;
  private final List<Case> cases;
  private final List<Case> vectorCases;
  private final List<Opened> opened;
  private final List<Check> checks;
  private final List<Claim> claims;
  private final List<Perplexity> perplexity;
  private final List<Greedy> greedy;
  private final List<Dispute> disputes;

  /// Of this run alone: what was missing before is tried again.
  private final List<Missing> missing = new ArrayList<>();

  private LlmBench(
      Places places,
      LlmChoice choice,
      LlmFigures before,
      Consumer<String> progress,
      Consumer<LlmFigures> found) {
    this.places = places;
    this.choice = choice;
    this.progress = progress;
    this.found = found;
    this.files = new ModelFiles(places, progress);
    this.cases = new ArrayList<>(before.cases());
    this.vectorCases = new ArrayList<>(before.vectorCases());
    this.opened = new ArrayList<>(before.opened());
    this.checks = new ArrayList<>(before.checks());
    this.claims = new ArrayList<>(before.claims());
    this.perplexity = new ArrayList<>(before.perplexity());
    this.greedy = new ArrayList<>(before.greedy());
    this.disputes = new ArrayList<>(before.disputes());
  }

  /// Where things lie.
  ///
  /// @param peer the folder that node-llama-cpp is installed in
  /// @param models the folder of model files, in which missing ones are made
  /// @param stories the checkpoint of stories15M, with its vocabulary behind it
  /// @param data the folder of stories260K, and of texts that others have written
  public record Places(Path peer, Path models, Path stories, Path data) {}

  /// {@return the names of the models that can be chosen}
  public static List<String> models() {
    return ModelFiles.all().stream().map(BenchedModel::name).toList();
  }

  /// @param before what is known already, and not measured again
  /// @param progress hears what is measured
  /// @param found hears all that is known after each case
  public static LlmFigures run(
      Places places,
      LlmChoice choice,
      LlmFigures before,
      Consumer<String> progress,
      Consumer<LlmFigures> found)
      throws IOException {
    return new LlmBench(places, choice, before, progress, found).measure();
  }

  private LlmFigures measure() throws IOException {
    installPeer();
    for (BenchedModel model : ModelFiles.all()) {
      List<Test> todo =
          model.goals().keySet().stream()
              .filter(choice::has)
              .filter(test -> !figures().has(model.name(), test))
              .sorted()
              .toList();
      if (choice.has(model)) {
        measure(model, todo);
      } else if (!choice.quick() && choice.only().isEmpty() && choice.leavesOut(model)) {
        todo.forEach(test -> miss(model, test, "it was not asked for by --seven"));
      }
    }
    return figures();
  }

  private LlmFigures figures() {
    return new LlmFigures(
        cases, vectorCases, opened, checks, claims, perplexity, greedy, disputes, missing);
  }

  private void miss(BenchedModel model, Test test, String reason) {
    progress.accept("%s, %s: not measured: %s".formatted(model.name(), test.label(), reason));
    missing.add(new Missing(model.name(), test, reason));
    found.accept(figures());
  }

  /// The script must lie beside the packages that it imports.
  private void installPeer() throws IOException {
    try (InputStream script = LlmBench.class.getResourceAsStream(PEER)) {
      Files.copy(
          Objects.requireNonNull(script, PEER),
          places.peer().resolve(PEER),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void measure(BenchedModel model, List<Test> tests) throws IOException {
    if (tests.isEmpty()) {
      return;
    }
    OpenedModel subject;
    try {
      Path file = files.of(model);
      FreeMemory.require(model);
      subject = new OpenedModel(model, file, LanguageModels.open(file));
    } catch (RuntimeException | IOException e) {
      tests.forEach(test -> miss(model, test, reason(e)));
      return;
    }
    try (Sides sides = new Sides(places, subject)) {
      for (Test test : tests) {
        attempt(sides, subject, test);
      }
    }
  }

  private static String reason(Exception e) {
    return e instanceof BenchException || e instanceof IOException
        ? String.valueOf(e.getMessage())
        : e.toString();
  }

  /// A failure of one case, whatever it is, must not take others with it.
  private void attempt(Sides sides, OpenedModel subject, Test test) throws IOException {
    long begin = System.nanoTime();
    progress.accept("%s, %s …".formatted(subject.name(), test.label()));
    try {
      measure(sides, subject, test);
      progress.accept(
          String.format(
              Locale.ROOT,
              "%s, %s: %.0f s",
              subject.name(),
              test.label(),
              (System.nanoTime() - begin) / 1e9));
      found.accept(figures());
    } catch (RuntimeException | IOException e) {
      sides.close();
      miss(subject.model(), test, reason(e));
    }
  }

  private void measure(Sides sides, OpenedModel subject, Test test) throws IOException {
    double goal = subject.model().goal(test).orElseThrow();
    switch (test) {
      case PROMPT -> cases.add(prompt(sides, subject, test, goal));
      case VECTOR -> {
        sides.use("vector");
        vectorCases.add(prompt(sides, subject, Test.PROMPT, goal));
      }
      case DECODE -> cases.add(decode(sides, subject, goal));
      case LOAD -> opened.add(open(sides, subject));
      case CHECK -> checks.add(sides.ours().check(answer(sides), text(subject, SHORT)));
      case CLAIM -> {
        sides.close(); // it takes memory of its own
        claims.add(sides.ours().claim(answer(sides), text(subject, SHORT)));
      }
      case GREEDY -> greedy.add(new GreedyTexts(places.data(), subject).compare(sides));
      case PERPLEXITY -> perplexity.add(HeldText.measure(subject, sides, goal));
      case DISPUTE -> {
        sides.close();
        disputes.add(dispute(subject, goal));
      }
    }
  }

  private static int answer(Sides sides) {
    return Math.min(ANSWER, sides.context() - SHORT);
  }

  /// {@return a text of so many tokens, which says nothing}
  private static int[] text(OpenedModel subject, int length) {
    int pieces = subject.language().hyperparameters().vocabulary() - PIECES;
    return IntStream.range(0, length)
        .map(i -> i == 0 ? 1 : PIECES + (int) (i * 7919L % pieces))
        .toArray();
  }

  private Case prompt(Sides sides, OpenedModel subject, Test test, double goal) throws IOException {
    int[] prompt = text(subject, Math.min(PROMPT, sides.context()));
    sides.ours().warm(prompt);
    TurnRace race = new TurnRace(sides);
    for (int turn = 0; turn < TURNS; turn++) {
      race.turn(side -> side.prompt(prompt));
    }
    requireQuiet(subject, race);
    return race.figure(subject.name(), test, prompt.length, goal);
  }

  private Case decode(Sides sides, OpenedModel subject, double goal) throws IOException {
    int[] few = text(subject, SHORT);
    sides.ours().warm(few);
    TurnRace race = new TurnRace(sides);
    for (int turn = 0; turn < TURNS; turn++) {
      race.turn(side -> side.decode(DECODE, few));
    }
    requireQuiet(subject, race);
    return race.figure(subject.name(), Test.DECODE, 1, goal);
  }

  private void requireQuiet(OpenedModel subject, TurnRace race) {
    if (race.idleShare() > MOST_IDLE) {
      progress.accept(
          String.format(
              Locale.ROOT,
              "%s: who waited for its turn took %.0f %% of a core",
              subject.name(),
              100 * race.idleShare()));
    }
  }

  private Opened open(Sides sides, OpenedModel subject) throws IOException {
    Preload.file(subject.file());
    double ours = Double.POSITIVE_INFINITY;
    double peer = Double.POSITIVE_INFINITY;
    // In turns, and the best counts: whoever comes first finds the least memory at hand.
    for (int i = 0; i < LOADS; i++) {
      sides.close();
      ours = Math.min(ours, sides.ours().loadSeconds());
      sides.close();
      peer = Math.min(peer, sides.peer().loadSeconds());
    }
    int[] few = text(subject, SHORT);
    double size = Files.size(subject.file());
    double[] memory = new double[2];
    int[] prompt = text(subject, Math.min(PROMPT, sides.context()));
    for (TextProcess side : List.of(sides.ours(), sides.peer())) {
      double _ = side.prompt(prompt)[0];
      double _ = side.decode(DECODE, few)[0];
    }
    memory[0] = sides.ours().memory();
    memory[1] = sides.peer().memory();
    sides.ours().warm(few);
    return new Opened(
        subject.name(),
        ours,
        peer,
        Math.max(0, memory[0] - size) / 1e9,
        Math.max(0, memory[1] - size) / 1e9,
        sides.ours().allocated(DECODE, few));
  }

  private static Dispute dispute(OpenedModel subject, double goal) throws IOException {
    if (!AnvilBinary.isInstalled()) {
      throw new BenchException("anvil is not installed");
    }
    return DisputeProbe.play(subject.file(), subject.name(), DisputedToken.LIKELIEST, goal);
  }
}

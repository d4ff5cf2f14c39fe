package opml.lab.bench.llm;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.lab.bench.BenchException;
import opml.lab.bench.OwnJvm;
import opml.lab.bench.llm.LlmFigures.Case;
import opml.lab.bench.llm.LlmFigures.Dispute;
import opml.lab.bench.llm.LlmFigures.Greedy;
import opml.lab.bench.llm.LlmFigures.Opened;
import opml.lab.bench.llm.LlmFigures.Test;
import opml.lab.scenario.OneDispute;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;

/// Measures language models beside llama.cpp: on the same files, in the same run, turn by turn, each in a process of
/// its own with two threads.
public final class LlmBench {
  /// The real model among the files.
  static final String TINY_LLAMA = "tinyllama-1.1b-chat.gguf";

  /// The model that is measured only if it is asked for: its file has 3.8 GB.
  static final String SEVEN = "7b-q4_0";

  private static final Set<String> SMALL = Set.of("stories260K", "stories15M");
  private static final String PEER = "llama-cpp.mjs";
  private static final int THREADS = 2;
  private static final int TURNS = 3;
  private static final int PROMPT = 512;
  private static final int DECODE = 64;
  private static final int CHECK = 256;
  private static final int SHORT = 8;
  private static final int CONTEXT = 768;

  private static final String BEGINNING = "Once upon a time";

  /// Where the vocabularies of all models here have pieces.
  private static final int PIECES = LlamaKeys.FIRST_PIECE;

  /// Seconds that a dispute may take; of other models it is told, and no goal.
  private static final Map<String, Double> DISPUTES =
      Map.of(
          "stories260K", 6.0, "stories15M", 12.0, "tinyllama-q8_0", Double.NaN, SEVEN, Double.NaN);

  private final Places places;
  private final Consumer<String> progress;
  private final List<String> notes = new ArrayList<>();
  private final List<Case> cases = new ArrayList<>();
  private final List<Case> vectorCases = new ArrayList<>();
  private final List<Opened> opened = new ArrayList<>();
  private final List<Greedy> greedy = new ArrayList<>();
  private final List<Dispute> disputes = new ArrayList<>();

  private LlmBench(Places places, Consumer<String> progress) {
    this.places = places;
    this.progress = progress;
  }

  /// Where things lie.
  ///
  /// @param peer the folder that node-llama-cpp is installed in
  /// @param models the folder of model files, in which missing ones are made
  /// @param stories the checkpoint of stories15M, with its vocabulary behind it
  /// @param data the folder of stories260K, and of texts that others have written
  public record Places(Path peer, Path models, Path stories, Path data) {}

  /// What is measured.
  ///
  /// @param quick the smallest models alone
  /// @param seven a model with seven billion weights, too
  /// @param only names of models; empty for all
  public record Choice(boolean quick, boolean seven, Set<String> only) {
    public Choice {
      only = Set.copyOf(only);
    }

    boolean has(String name) {
      boolean named = only.isEmpty() || only.contains(name);
      return named && (!quick || SMALL.contains(name)) && (seven || !name.equals(SEVEN));
    }
  }

  /// @param progress hears what is measured
  /// @throws BenchException if something cannot be measured that should be
  public static LlmFigures run(Places places, Choice choice, Consumer<String> progress)
      throws IOException {
    return new LlmBench(places, progress).measure(choice);
  }

  private LlmFigures measure(Choice choice) throws IOException {
    installPeer();
    List<BenchedModel> subjects = new ModelFiles(places, progress, notes::add).all(choice);
    for (BenchedModel subject : subjects) {
      race(subject);
      if (subject.hasVectorCase()) {
        raceOfVectors(subject);
      }
    }
    dispute(subjects);
    return new LlmFigures(cases, vectorCases, opened, greedy, disputes, notes);
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

  private TextProcess peer(BenchedModel subject, int context) throws IOException {
    List<String> command =
        List.of(
            "node", PEER, subject.file().toAbsolutePath().toString(), "" + context, "" + THREADS);
    return new TextProcess("llama.cpp with " + subject.name(), command, places.peer());
  }

  private TextProcess ours(BenchedModel subject, int context, String kernels) throws IOException {
    List<String> options =
        new ArrayList<>(
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-Dopml.kernels="))
                .toList());
    options.add("-Dopml.kernels=" + kernels);
    List<String> arguments =
        List.of(subject.file().toAbsolutePath().toString(), "" + context, "" + THREADS);
    return new TextProcess(
        "our engine with " + subject.name(),
        OwnJvm.command(options, TextProbe.class, arguments),
        places.models());
  }

  private static int context(BenchedModel subject) throws IOException {
    return Math.min(CONTEXT, LanguageModels.open(subject.file()).hyperparameters().context());
  }

  /// {@return a text of so many tokens, which says nothing}
  private static int[] prompt(LanguageModel model, int length) {
    int pieces = model.hyperparameters().vocabulary() - PIECES;
    return IntStream.range(0, length)
        .map(i -> i == 0 ? 1 : PIECES + (int) (i * 7919L % pieces))
        .toArray();
  }

  private void race(BenchedModel subject) throws IOException {
    progress.accept(subject.name() + " beside llama.cpp");
    LanguageModel model = LanguageModels.open(subject.file());
    int context = context(subject);
    int[] few = prompt(model, SHORT);
    try (TextProcess ours = ours(subject, context, "auto");
        TextProcess peer = peer(subject, context)) {
      if (subject.hasPrompt()) {
        cases.add(read(subject, subject.prompt(), ours, peer, prompt(model, PROMPT)));
      } else {
        ours.warm(few);
      }
      Best best = new Best();
      for (int turn = 0; turn < TURNS; turn++) {
        best.add(ours.decode(DECODE, few), peer.decode(DECODE, few));
      }
      cases.add(best.figure(subject, Test.DECODE, 1, subject.decode()));
      opened.add(opened(subject, ours, peer, few));
      compare(subject, ours);
    }
  }

  private void raceOfVectors(BenchedModel subject) throws IOException {
    progress.accept(subject.name() + " beside llama.cpp, Vector API");
    int context = context(subject);
    try (TextProcess ours = ours(subject, context, "vector");
        TextProcess peer = peer(subject, context)) {
      int[] prompt = prompt(LanguageModels.open(subject.file()), PROMPT);
      vectorCases.add(read(subject, subject.vector(), ours, peer, prompt));
    }
  }

  private static Case read(
      BenchedModel subject, double goal, TextProcess ours, TextProcess peer, int... prompt)
      throws IOException {
    ours.warm(prompt);
    Best best = new Best();
    for (int turn = 0; turn < TURNS; turn++) {
      best.add(ours.prompt(prompt), peer.prompt(prompt));
    }
    return best.figure(subject, Test.PROMPT, prompt.length, goal);
  }

  /// The best of all turns.
  private static final class Best {
    private double ours = Double.POSITIVE_INFINITY;
    private double peer = Double.POSITIVE_INFINITY;

    void add(double our, double theirs) {
      ours = Math.min(ours, our);
      peer = Math.min(peer, theirs);
    }

    Case figure(BenchedModel subject, Test test, int tokens, double goal) {
      return new Case(subject.name(), test, tokens / ours, tokens / peer, goal);
    }
  }

  private static Opened opened(BenchedModel subject, TextProcess ours, TextProcess peer, int... few)
      throws IOException {
    double share = subject.checks() ? ours.check(CHECK, few) : Double.NaN;
    return new Opened(
        subject.name(),
        share,
        ours.loadSeconds(),
        peer.loadSeconds(),
        Math.max(0, ours.memory() - Files.size(subject.file())) / 1e9,
        ours.allocated(DECODE, few));
  }

  /// Compares what we say with what llama.cpp or llama2.c said of the same model.
  private void compare(BenchedModel subject, TextProcess ours) throws IOException {
    switch (subject.name()) {
      case "stories260K", "stories15M" -> text(subject, ours);
      case "TinyLlama" -> tokens(subject, ours);
      default -> {
        // Of random weights nobody has said anything.
      }
    }
  }

  private void text(BenchedModel subject, TextProcess ours) throws IOException {
    Path file = places.data().resolve(subject.name() + ".bin.greedy256.txt");
    if (!Files.exists(file)) {
      notes.add("%s: not compared, %s is not there".formatted(subject.name(), file));
      return;
    }
    LanguageModel model = LanguageModels.open(subject.file());
    String expected = Files.readString(file).strip();
    int[] prompt = ours.encode(BEGINNING);
    int[] said = ours.greedy(256 - prompt.length, prompt);
    int[] all = Arrays.copyOf(prompt, prompt.length + said.length);
    System.arraycopy(said, 0, all, prompt.length, said.length);
    String found = model.tokenizer().orElseThrow().decode(all, false).strip();
    // Their text ends where its file does, which may be a token or two sooner.
    boolean equal = found.startsWith(expected);
    int common = Arrays.mismatch(expected.toCharArray(), found.toCharArray());
    greedy.add(new Greedy(subject.name(), equal, Math.max(0, common), Double.NaN));
  }

  private void tokens(BenchedModel subject, TextProcess ours) throws IOException {
    Path file = places.data().resolve("tinyllama-1.1b-chat.greedy.txt");
    if (!Files.exists(file)) {
      notes.add("%s: not compared, %s is not there".formatted(subject.name(), file));
      return;
    }
    List<int[]> lists =
        Files.readAllLines(file).stream()
            .filter(line -> line.contains("["))
            .map(line -> line.substring(line.indexOf('[') + 1, line.indexOf(']')))
            .map(list -> Arrays.stream(list.split(",", -1)).mapToInt(Integer::parseInt).toArray())
            .toList();
    int[] prompt = lists.get(0);
    int[] expected = lists.get(1);
    int[] found = ours.greedy(expected.length, prompt);
    int common = Arrays.mismatch(expected, found);
    double gap = Double.NaN;
    if (common >= 0) {
      int[] before = Arrays.copyOf(prompt, prompt.length + common);
      System.arraycopy(found, 0, before, prompt.length, common);
      gap = ours.gap(found[common], expected[common], before);
    }
    greedy.add(new Greedy(subject.name(), common < 0, Math.max(0, common), gap));
  }

  private void dispute(List<BenchedModel> subjects) throws IOException {
    if (!AnvilBinary.isInstalled()) {
      notes.add("disputes: not measured, anvil is not installed");
      return;
    }
    try (DevChain chain = DevChain.start()) {
      for (BenchedModel subject : subjects) {
        if (DISPUTES.containsKey(subject.name())) {
          progress.accept("a dispute about a token of " + subject.name());
          LanguageModel model = LanguageModels.open(subject.file());
          OneDispute one = AnswerDispute.play(chain, model, BEGINNING);
          double goal = DISPUTES.get(subject.name());
          disputes.add(new Dispute(subject.name(), one.seconds(), one.moves(), one.gas(), goal));
        }
      }
    }
  }
}

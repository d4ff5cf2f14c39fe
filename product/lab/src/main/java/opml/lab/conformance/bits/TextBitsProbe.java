package opml.lab.conformance.bits;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.plan.Team;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.twins.Twins;

/// Goes on with a text in this JVM, over several numbers of threads and of tokens at once, and prints a line for each:
/// the number of the model's file, the kernels that this JVM has, threads, tokens at once, the hash of the logits
/// behind the prompt and behind each token of the answer, and that of the same with a cache that was warm and cut back.
///
/// The prompt is random, the same everywhere. Before it comes a short one, [#SHORT_ROWS] tokens at once, which is all
/// that a JVM does that only interprets. It is started in a JVM of its own by [BitsConformance].
public final class TextBitsProbe {
  static final int[] ROWS = {1, 7, 128};

  /// Tokens at once of the short text, and of no other.
  static final int SHORT_ROWS = 3;

  private static final int[] THREADS = {1, 2, 8};
  private static final long SEED = 17;

  /// @param prompt how many tokens it has
  /// @param answer how many tokens the model goes on
  private record Length(int prompt, int answer) {}

  private static final Length SHORT = new Length(3, 1);
  private static final Length LONG = new Length(40, 16);

  private final int file;
  private final LanguageModel model;
  private final Twins.Choice choice;

  private TextBitsProbe(int file, LanguageModel model, Twins.Choice choice) {
    this.file = file;
    this.model = model;
    this.choice = choice;
  }

  /// @param arguments "short" or "all", and the model files
  public static void main(String[] arguments) throws IOException {
    boolean isShort = arguments[0].equals("short");
    for (int i = 1; i < arguments.length; i++) {
      LanguageModel model = LanguageModels.open(Path.of(arguments[i]));
      new TextBitsProbe(i - 1, model, Twins.choice()).run(isShort);
    }
  }

  private void run(boolean isShort) {
    for (int threads : isShort ? new int[] {2} : THREADS) {
      try (Team team = new Team(threads)) {
        print(SHORT, SHORT_ROWS, team);
        for (int rows : isShort ? new int[0] : ROWS) {
          print(LONG, rows, team);
        }
      }
    }
  }

  private void print(Length length, int rows, Team team) {
    int vocabulary = model.hyperparameters().vocabulary();
    int[] prompt = new SplittableRandom(SEED).ints(length.prompt(), 0, vocabulary).toArray();
    int context = length.prompt() + length.answer();
    TextEngine engine =
        TextEngine.of(model, context, CacheType.F16, rows, choice.kernels(), team, _ -> {});
    try (Session session = engine.open()) {
      Bytes32 cold = hash(session, length.answer(), prompt);
      session.cut(prompt.length / 2);
      Bytes32 warm = hash(session, length.answer(), prompt);
      System.out.printf(
          "%d %s %d %d %s %s%n", file, choice.name(), team.threads(), rows, cold, warm);
    }
  }

  private static Bytes32 hash(Session session, int answer, int... prompt) {
    Preimage logits = Preimage.tagged("logits");
    int next = session.take(Arrays.copyOfRange(prompt, session.length(), prompt.length));
    for (int i = 0; i < answer; i++) {
      logits.word(Keccak.hash(session.logits().toArray(ValueLayout.JAVA_BYTE)));
      if (i < answer - 1) {
        next = session.take(next);
      }
    }
    return logits.hash();
  }
}

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
/// the kernels that this JVM has, threads, tokens at once, the hash of the logits behind the prompt and behind each
/// token of the answer, and that of the same with a cache that was warm and cut back.
///
/// The prompt is random, the same everywhere. It is started in a JVM of its own by [BitsConformance].
public final class TextBitsProbe {
  static final int[] ROWS = {1, 7, 128};

  private static final int PROMPT = 40;
  private static final int ANSWER = 16;
  private static final long SEED = 17;

  private TextBitsProbe() {}

  /// @param arguments the model file
  public static void main(String[] arguments) throws IOException {
    LanguageModel model = LanguageModels.open(Path.of(arguments[0]));
    Twins.Choice choice = Twins.choice();
    int vocabulary = model.hyperparameters().vocabulary();
    int[] prompt = new SplittableRandom(SEED).ints(PROMPT, 0, vocabulary).toArray();
    for (int threads : BitsProbe.THREADS) {
      try (Team team = new Team(threads)) {
        for (int rows : ROWS) {
          TextEngine engine =
              TextEngine.of(
                  model, PROMPT + ANSWER, CacheType.F16, rows, choice.kernels(), team, _ -> {});
          try (Session session = engine.open()) {
            Bytes32 cold = hash(session, prompt);
            session.cut(PROMPT / 2);
            Bytes32 warm = hash(session, prompt);
            System.out.printf("%s %d %d %s %s%n", choice.name(), threads, rows, cold, warm);
          }
        }
      }
    }
  }

  private static Bytes32 hash(Session session, int[] prompt) {
    Preimage logits = Preimage.tagged("logits");
    int next = session.take(Arrays.copyOfRange(prompt, session.length(), prompt.length));
    for (int i = 0; i < ANSWER; i++) {
      logits.word(Keccak.hash(session.logits().toArray(ValueLayout.JAVA_BYTE)));
      next = session.take(next);
    }
    return logits.hash();
  }
}

package opml.llm.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedderTest {
  private static final int CONTEXT = 40;

  @TempDir private Path folder;

  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  private static void goOn() {
    // Nobody wants it to end.
  }

  private int[] tokens(LanguageModel model, int count) {
    return random.ints(count, 0, model.hyperparameters().vocabulary()).toArray();
  }

  @Test
  void aTextsVectorIsTheSameHoweverManyTokensAreTakenAtOnceAndWhateverWasEmbeddedBefore()
      throws IOException {
    for (String family : new String[] {"llama", "qwen3"}) {
      LanguageModel model = TinyEngine.model(folder, family, ElementType.Q8_0, seed);
      try (Embedder one = TinyEngine.of(model, CONTEXT, CacheType.F16, 1, 1).embedder();
          Embedder some = TinyEngine.of(model, CONTEXT, CacheType.F16, 7, 3).embedder()) {
        for (int round = 0; round < 6; round++) {
          int[] text = tokens(model, 1 + random.nextInt(CONTEXT));
          float[] vector = one.embed(EmbedderTest::goOn, text);
          assertThat(some.embed(EmbedderTest::goOn, text)).as("seed %d", seed).containsExactly(vector);
          double squares = 0;
          for (float element : vector) {
            squares += (double) element * element;
          }
          assertThat(squares).as("seed %d", seed).isCloseTo(1, within(1e-5));
          assertThat(vector).hasSize(one.width());
        }
      }
    }
  }

  /// Of a text of one token, the vector is what logits are made of, but for its length.
  @Test
  void itIsMadeOfWhatLogitsAreMadeOf() throws IOException {
    LanguageModel model = TinyEngine.model(folder, "llama", ElementType.F32, seed);
    TextEngine engine = TinyEngine.of(model, CONTEXT, CacheType.F32, 4, 1);
    int[] text = tokens(model, 1);
    try (Embedder embedder = engine.embedder();
        Session session = engine.open()) {
      float[] vector = embedder.embed(EmbedderTest::goOn, text);
      session.take(text);
      MemorySegment logits = session.logits();
      Tensor classifier = model.weights().classifier();
      double length = 0;
      double[] products = new double[model.hyperparameters().vocabulary()];
      for (int token = 0; token < products.length; token++) {
        for (int i = 0; i < vector.length; i++) {
          products[token] += classifier.f32(token * vector.length + i) * vector[i];
        }
        double logit = logits.getAtIndex(ValueLayout.JAVA_FLOAT, token);
        length = Math.max(length, Math.abs(logit / products[token]) * (token == 0 ? 1 : 0));
      }
      for (int token = 0; token < products.length; token++) {
        assertThat(products[token] * length)
            .as("seed %d, token %d", seed, token)
            .isCloseTo(
                logits.getAtIndex(ValueLayout.JAVA_FLOAT, token),
                within(1e-3 * Math.max(1, length)));
      }
    }
  }

  @Test
  void itCanBeEndedAndRefusesWhatIsNoText() throws IOException {
    LanguageModel model = TinyEngine.model(folder, "llama", ElementType.F32, seed);
    try (Embedder embedder = TinyEngine.of(model, CONTEXT, CacheType.F32, 4, 1).embedder()) {
      float[] before = embedder.embed(EmbedderTest::goOn, 1, 2, 3, 4, 5, 6);
      int[] steps = {0};
      assertThatThrownBy(
              () ->
                  embedder.embed(
                      () -> {
                        if (++steps[0] == 2) {
                          throw new IllegalStateException("nobody waits");
                        }
                      },
                      tokens(model, 12)))
          .hasMessage("nobody waits");
      assertThat(embedder.embed(EmbedderTest::goOn, 1, 2, 3, 4, 5, 6)).containsExactly(before);
      assertThatThrownBy(() -> embedder.embed(EmbedderTest::goOn)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> embedder.embed(EmbedderTest::goOn, new int[CONTEXT + 1]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> embedder.embed(EmbedderTest::goOn, -1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

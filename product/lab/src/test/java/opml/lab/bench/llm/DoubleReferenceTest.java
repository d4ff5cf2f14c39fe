package opml.lab.bench.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.stream.DoubleStream;
import opml.engine.plan.Team;
import opml.engine.tensor.ElementType;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.twins.Twins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoubleReferenceTest {
  private static final LlamaShape SHAPE = new LlamaShape("small", 64, 128, 3, 4, 2, 300, 64);
  private static final int[] TEXT = {1, 270, 280, 290, 261, 299, 270, 12, 40};

  @TempDir Path folder;

  private LanguageModel model(ElementType type) throws IOException {
    Path file = folder.resolve(type.label() + ".gguf");
    SyntheticModel.write(file, SHAPE, type, 3);
    return LanguageModels.open(file);
  }

  @Test
  void ourEngineIsAsNearToItAsFloatsAre() throws IOException {
    LanguageModel model = model(ElementType.F32);
    DoubleReference reference = new DoubleReference(model, TEXT.length);
    try (Session session =
        TextEngine.of(model, 64, CacheType.F32, 16, Twins.provider(), Team.shared(), _ -> {})
            .open()) {
      for (int token : TEXT) {
        session.take(token);
        double[] expected = reference.take(token);
        double spread = DoubleStream.of(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
          double found = session.logits().getAtIndex(ValueLayout.JAVA_FLOAT, i);
          assertThat(found).as("logit %d", i).isCloseTo(expected[i], within(1e-5 * spread));
        }
      }
    }
  }

  @Test
  void weightsOfOtherTypesAreNotItsBusiness() throws IOException {
    LanguageModel model = model(ElementType.Q8_0);
    assertThat(DoubleReference.takes(model)).isFalse();
    assertThatThrownBy(() -> new DoubleReference(model, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("f32");
  }

  @Test
  void surpriseIsTheLogarithmOfOneOverTheChance() {
    double[] logits = {0, StrictMath.log(3), -1e9};
    assertThat(Surprise.of(logits, 0)).isCloseTo(StrictMath.log(4), within(1e-12));
    assertThat(Surprise.of(logits, 1)).isCloseTo(StrictMath.log(4.0 / 3), within(1e-12));
    assertThat(Surprise.perplexity(StrictMath.log(2), StrictMath.log(8)))
        .isCloseTo(4, within(1e-12));
  }
}

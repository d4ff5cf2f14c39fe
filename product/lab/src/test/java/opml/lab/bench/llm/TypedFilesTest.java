package opml.lab.bench.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import opml.engine.plan.Team;
import opml.engine.tensor.ElementType;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.twins.Twins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypedFilesTest {
  @TempDir Path folder;

  private static float[] logits(Path file) throws IOException {
    try (Session session =
        TextEngine.of(
                LanguageModels.open(file),
                16,
                CacheType.F32,
                8,
                Twins.provider("reference"),
                Team.shared(),
                _ -> {})
            .open()) {
      session.take(1, 290, 270, 261);
      return session.logits().toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresOfA += (double) a[i] * a[i];
      squaresOfB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(squaresOfA * squaresOfB);
  }

  @Test
  void aModelSaysAboutTheSameInEveryTypeAndTheMoreBitsTheMoreSo() throws IOException {
    long seed = new Random().nextLong();
    Path checkpoint = Files.write(folder.resolve("model.bin"), SmallCheckpoint.bytes(seed));
    List<TypedFiles.TypedFile> files = TypedFiles.write(folder, checkpoint);
    assertThat(files).extracting(TypedFiles.TypedFile::type).contains(ElementType.Q4_K);
    float[] expected = logits(checkpoint);
    for (TypedFiles.TypedFile each : files) {
      if (BlockWriter.writes(each.type())) {
        double least =
            switch (each.type()) {
              case F32, F16 -> 0.99999;
              case BF16, Q8_0 -> 0.999;
              case Q5_0, Q5_1 -> 0.98;
              default -> 0.93;
            };
        assertThat(cosine(logits(each.file()), expected))
            .as("%s, seed %d", each.type().label(), seed)
            .isGreaterThan(least);
      }
    }
  }
}

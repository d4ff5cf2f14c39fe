package opml.lab.bench.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.lab.bench.BenchException;
import opml.lab.bench.OwnJvm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextProcessTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("model.gguf");
    LlamaShape shape = new LlamaShape("small", 128, 256, 1, 4, 2, 300, 128);
    SyntheticModel.write(file, shape, ElementType.Q8_0, 1);
  }

  private TextProcess probe(Path model) throws IOException {
    List<String> arguments = List.of(model.toString(), "96", "2");
    return new TextProcess(
        "the probe",
        OwnJvm.command(List.of("-Dopml.kernels=reference"), TextProbe.class, arguments),
        folder);
  }

  @Test
  void ourProbeAnswersWhatItIsAsked() throws IOException {
    try (TextProcess ours = probe(file)) {
      assertThat(ours.loadSeconds()).isPositive();
      assertThat(ours.prompt(1, 270, 280)).isPositive();
      assertThat(ours.decode(8, 1, 270)).isPositive();
      int[] said = ours.greedy(5, 1, 270);
      assertThat(said).hasSize(5).doesNotContain(2);
      assertThat(ours.greedy(4, 1, 270, said[0]))
          .isEqualTo(new int[] {said[1], said[2], said[3], said[4]});
      assertThat(ours.gap(said[0], said[1], 1, 270)).as("the chosen one is above").isPositive();
      assertThat(ours.check(64, 1, 270)).isPositive();
      assertThat(ours.allocated(8, 1, 270)).isNotNegative();
      assertThat(ours.memory()).isGreaterThan(1e6);
      assertThat(ours.encode("a")).startsWith(1);
    }
  }

  @Test
  void aProcessThatEndsTellsWhatItSaid() {
    Path missing = folder.resolve("missing.gguf");
    assertThatThrownBy(() -> probe(missing))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("the probe ended at its start")
        .hasMessageContaining("missing.gguf");
  }
}

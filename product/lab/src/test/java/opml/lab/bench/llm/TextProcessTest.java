package opml.lab.bench.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
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
    List<String> arguments = List.of(model.toString(), "96", "2", "F16");
    return new TextProcess(
        "the probe",
        OwnJvm.command(List.of("-Dopml.kernels=reference"), TextProbe.class, arguments),
        folder);
  }

  @Test
  void ourProbeAnswersWhatItIsAsked() throws IOException {
    try (TextProcess ours = probe(file)) {
      assertThat(ours.loadSeconds()).isPositive();
      assertThat(ours.prompt(1, 270, 280)[0]).isPositive();
      assertThat(ours.decode(8, 1, 270)[0]).isPositive();
      int[] said = ours.greedy(5, 1, 270);
      assertThat(said).hasSize(5).doesNotContain(2);
      assertThat(ours.greedy(4, 1, 270, said[0]))
          .isEqualTo(new int[] {said[1], said[2], said[3], said[4]});
      assertThat(ours.gap(said[0], said[1], 1, 270)).as("the chosen one is above").isPositive();
      int likeliest = ours.likeliest(new int[] {said[1], said[0]}, 1, 270);
      assertThat(likeliest).isEqualTo(said[0]);
      assertThat(DoubleStream.of(ours.surprise(1, 270, said[0])))
          .hasSize(2)
          .allMatch(one -> one > 0);
      assertThat(ours.check(64, 1, 270).share()).isPositive();
      assertThat(ours.allocated(8, 1, 270)).isNotNegative();
      assertThat(ours.memory()).isGreaterThan(1e6);
    }
  }

  @Test
  void aClaimCommitsToTheStateInWhichTheGraphEnds() throws IOException {
    try (TextProcess ours = probe(file)) {
      LlmFigures.Claim claim = ours.claim(16, 1, 270);
      assertThat(claim.parts()).hasSize(ClaimCost.PARTS.size());
      assertThat(claim.share()).isPositive();
      assertThat(claim.runSeconds()).isPositive();
    }
  }

  @Test
  void aQuestionWithoutAnAnswerIsOnlyThat() throws IOException {
    try (TextProcess ours = probe(file)) {
      assertThatThrownBy(() -> ours.check(1000, 1, 270))
          .isInstanceOf(BenchException.class)
          .hasMessageContaining("check")
          .hasMessageContaining("1,000");
      assertThat(ours.prompt(1, 270)[0]).isPositive();
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

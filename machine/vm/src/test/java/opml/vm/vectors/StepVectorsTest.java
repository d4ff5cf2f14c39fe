package opml.vm.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.codec.MalformedException;
import opml.vm.step.StepProof;
import org.junit.jupiter.api.Test;

class StepVectorsTest {
  /// Relative to the module, where Maven runs its tests.
  private static final Path FILE = Path.of("..", "..", "spec", "vectors", "step.json");

  private static final StepVectors VECTORS = StepVectors.make();

  @Test
  void theVectorsOfTheSpecAreUpToDate() throws IOException {
    String json = VECTORS.json();
    if (Boolean.getBoolean("vectors.write")) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, json);
    }
    assertThat(Files.readString(FILE))
        .as("spec/vectors/step.json; -Dvectors.write=true writes it anew")
        .isEqualTo(json);
  }

  @Test
  void everyWitnessVerifies() {
    assertThat(VECTORS.vectors()).hasSizeGreaterThan(400);
    for (StepVectors.Vector vector : VECTORS.vectors()) {
      assertThat(StepProof.verify(vector.prestate(), vector.program(), vector.witness()).hash())
          .as(vector.name())
          .isEqualTo(vector.poststate());
    }
  }

  @Test
  void whatTheContractRefusesIsRefused() {
    for (StepVectors.Refused vector : VECTORS.refused()) {
      assertThatThrownBy(
              () -> StepProof.verify(vector.prestate(), vector.program(), vector.witness()))
          .as(vector.name())
          .isInstanceOf(MalformedException.class);
    }
  }
}

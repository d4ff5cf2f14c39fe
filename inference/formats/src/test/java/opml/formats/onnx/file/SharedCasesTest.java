package opml.formats.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.codec.MalformedException;
import opml.engine.graph.Graph;
import opml.formats.SharedData;
import opml.formats.onnx.OnnxImporter;
import org.junit.jupiter.api.Test;

/// Small models about files, if they are there: `shared/` beside the repository.
class SharedCasesTest {
  @Test
  void dataInTheSameFolderAreRead() throws IOException {
    Graph graph = OnnxImporter.load(file("external_same_folder"));
    assertThat(graph.slots().get(1).initial().orElseThrow().floats()).containsExactly(1, 2, 3);
  }

  @Test
  void dataElsewhereAreRefused() throws IOException {
    refused(
        "external_traversal",
        "initializer 0 (c): its data would lie outside the model's folder, in ../../../etc/passwd");
  }

  @Test
  void dimensionsWhoseProductWrapsAreRefused() throws IOException {
    refused(
        "overflow_dims_2pow64",
        "initializer 0 (c): float 4294967296x4294967296: expected dimensions from 0 to 2^31 - 1");
  }

  @Test
  void aConstantThatNobodyReadsMayBeOfAnyType() throws IOException {
    Graph graph = OnnxImporter.load(file("unused_init_f64"));
    assertThat(graph.slots()).hasSize(2);
    OnnxTensor unused = OnnxReader.read(file("unused_init_f64")).graph().initializers().getFirst();
    assertThat(unused.describe()).isEqualTo("double 3");
    assertThat(unused.value().real(0)).isFinite();
  }

  @Test
  void declarationsAreReadAsTheyAre() throws IOException {
    OnnxGraph wrong = OnnxReader.read(file("output_declared_wrong_type")).graph();
    assertThat(wrong.outputs().getFirst().type()).isNotEqualTo(wrong.inputs().getFirst().type());
    OnnxGraph shapeless = OnnxReader.read(file("input_without_shape")).graph();
    assertThat(shapeless.inputs().getFirst().shape()).isEmpty();
    OnnxGraph symbolic = OnnxReader.read(file("symbolic_hw")).graph();
    assertThat(symbolic.inputs().getFirst().shape().orElseThrow())
        .contains(new OnnxDimension.Named("H"), new OnnxDimension.Named("W"));
  }

  @Test
  void everyCaseIsAModelFile() throws IOException {
    Path folder = file("cycle").getParent();
    try (var files = Files.newDirectoryStream(folder, "*.onnx")) {
      for (Path file : files) {
        assertThat(OnnxReader.read(file).graph().outputs()).as("%s", file).isNotEmpty();
      }
    }
  }

  private static void refused(String name, String problem) throws IOException {
    Path file = file(name);
    assertThatThrownBy(() -> OnnxImporter.load(file))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith(file + ", graph, ")
        .hasMessageContaining(problem);
  }

  private static Path file(String name) {
    return SharedData.require("onnx-cases/" + name + ".onnx");
  }
}

package opml.engine.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.tensor.Shape;
import org.junit.jupiter.api.Test;

/// The model of the ONNX model zoo, if it is there: `shared/` beside the repository.
class MnistModelTest {
  @Test
  void theZoosMnistModelImports() throws IOException {
    Graph graph = OnnxImporter.load(file());
    assertThat(graph.nodes().stream().map(GraphNode::operator))
        .containsExactly(
            "Conv", "Add", "Relu", "MaxPool", "Conv", "Add", "Relu", "MaxPool", "MatMul", "Add");
    assertThat(graph.input().shape()).isEqualTo(Shape.of(1, 1, 28, 28));
    assertThat(graph.output().shape()).isEqualTo(Shape.of(1, 10));
  }

  /// {@return the file; the test is skipped, and says so, where it is absent}
  public static Path file() {
    Path file = Path.of("..", "..", "shared", "data", "mnist", "mnist-8.onnx");
    if (!Files.exists(file)) {
      System.err.println("SKIPPED: " + file.toAbsolutePath().normalize() + " is absent");
    }
    assumeTrue(Files.exists(file), "no " + file);
    return file;
  }
}

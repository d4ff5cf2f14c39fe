package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.commit.ModelDescription;
import opml.engine.commit.ModelPreimages;
import opml.engine.commit.WellFormedness;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.ModelLoader;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;

/// The model of the ONNX model zoo, if it is there: `shared/` beside the repository.
class MnistModelTest {
  @Test
  void theZoosMnistModelImports() throws IOException {
    Graph graph = OnnxImporter.load(file());
    assertThat(graph.nodes().stream().map(GraphNode::operator))
        .containsExactly(
            "Conv", "Add", "Relu", "MaxPool", "Conv", "Add", "Relu", "MaxPool", "Gemm", "Clear",
            "Clear");
    assertThat(graph.input().parts().getFirst().shape()).isEqualTo(Shape.of(1, 1, 28, 28));
    assertThat(graph.output().parts().getFirst().shape()).isEqualTo(Shape.of(1, 10));
  }

  @Test
  void itNamesADrawnOne() throws IOException, InterruptedException {
    Graph graph = OnnxImporter.load(file());
    Tensor image = one();
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    Tensor logits = logits(runner.run(image.data()));
    int best = IntStream.range(0, 10).reduce(0, (a, b) -> logits.f32(b) > logits.f32(a) ? b : a);
    assertThat(best).isEqualTo(1);
    Model model = Model.of(graph, PinnedPrograms::of);
    GraphExecution execution = GraphExecution.run(model, image.bytes(), runner);
    assertThat(execution.output()).isEqualTo(logits.bytes());
  }

  @Test
  void itsIdentityIsTheSameOnEveryThread() throws IOException {
    Path file = file();
    List<Bytes32> ids =
        IntStream.range(0, 8).parallel().mapToObj(i -> load(file).id()).distinct().toList();
    assertThat(ids).hasSize(1);
  }

  @Test
  void itIsWellFormedAndCanBeDescribed() throws IOException {
    Model model = ModelLoader.load(file());
    assertThat(WellFormedness.problems(ModelPreimages.of(model), PinnedPrograms.editions()))
        .isEmpty();
    ModelDescription table = ModelDescription.of(model);
    assertThat(table.input().parts()).hasToString("[Input3 f32 1x1x28x28]");
    assertThat(table.output().parts()).hasToString("[Plus214_Output_0 f32 1x10]");
    assertThat(table.rows()).hasSize(11);
    int written = table.rows().getFirst().writes().getFirst();
    assertThat(table.slots().get(written).type()).isEqualTo(ElementType.F32);
    assertThat(table.slots().get(written).shape()).isEqualTo(Shape.of(1, 8, 28, 28));
    assertThat(table.parameterBytes()).isEqualTo(23_976);
  }

  private static Model load(Path file) {
    try {
      return ModelLoader.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Tensor logits(GraphRunner.Result result) {
    return switch (result) {
      case GraphRunner.Result.Finished finished -> finished.output();
      case GraphRunner.Result.Failed failed -> throw new AssertionError("failed: " + failed);
    };
  }

  /// {@return a white upright stroke on black}
  private static Tensor one() {
    Tensor image = Tensor.zero(ElementType.F32, Shape.of(1, 1, 28, 28));
    for (int row = 4; row < 24; row++) {
      for (int column = 13; column < 16; column++) {
        image.data().set(Tensor.F32, 4L * (28 * row + column), 255);
      }
    }
    return image;
  }

  /// {@return the file; the test is skipped, and says so, where it is absent}
  public static Path file() {
    Path file = Path.of("..", "..", "..", "shared", "data", "mnist", "mnist-8.onnx");
    if (!Files.exists(file)) {
      System.err.println("SKIPPED: " + file.toAbsolutePath().normalize() + " is absent");
    }
    assumeTrue(Files.exists(file), "no " + file);
    return file;
  }
}

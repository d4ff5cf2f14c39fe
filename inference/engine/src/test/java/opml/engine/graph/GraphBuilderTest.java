package opml.engine.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  @Test
  void aGraphDoesNotGrowBeyondItsBound() {
    GraphBuilder graph = new GraphBuilder(3);
    for (int i = 0; i < 3; i++) {
      graph.slot("slot " + i, ElementType.F32, Shape.of(4));
    }
    assertThatThrownBy(() -> graph.slot("one more", ElementType.F32, Shape.of(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a graph of more than 3 slots");
    for (int i = 0; i < 3; i++) {
      relu(graph);
    }
    assertThatThrownBy(() -> relu(graph)).hasMessage("a graph of more than 3 nodes");
  }

  private static void relu(GraphBuilder graph) {
    graph
        .call(KernelCatalog.byName("relu.f32"), "relu", "Relu")
        .read(0)
        .write(1)
        .ints("n", 4)
        .end();
  }
}

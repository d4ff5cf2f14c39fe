package opml.engine.graph;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;

/// A dense layer from three values to two, and a relu.
public final class SampleGraph {
  private SampleGraph() {}

  public static Graph dense() {
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.F32, Shape.of(1, 3));
    int w = graph.constant("w", Tensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
    int b = graph.constant("b", Tensor.ofFloats(Shape.of(2), 0.5f, -100));
    int h = graph.slot("h", ElementType.F32, Shape.of(1, 2));
    int y = graph.slot("y", ElementType.F32, Shape.of(1, 2));
    graph
        .call(KernelCatalog.byName("gemm.f32"), "dense", "Gemm")
        .read(x)
        .read(w)
        .read(b)
        .write(h)
        .ints("m n k", 1, 2, 3)
        .ints("a b c", 3, 1, 2, 1, 0, 1)
        .real("alpha", 1)
        .real("beta", 1)
        .end();
    graph
        .call(KernelCatalog.byName("relu.f32"), "relu", "Relu")
        .read(h)
        .write(y)
        .ints("n", 2)
        .end();
    return graph.build(graph.port("x", x, Shape.of(1, 3)), graph.port("y", y, Shape.of(1, 2)));
  }
}

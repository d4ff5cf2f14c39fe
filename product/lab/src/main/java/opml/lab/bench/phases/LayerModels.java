package opml.lab.bench.phases;

import java.util.SplittableRandom;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;

/// A layer of a network, `y = W x`, with [#ROWS] outputs for each of its parts: as one node, or as two nodes a part, of
/// which one computes it and the other one puts it into its place. Both give the same bits.
final class LayerModels {
  /// Outputs of a part.
  static final int ROWS = 64;

  private static final int INPUTS = 256;
  private static final long SEED = 7;

  private LayerModels() {}

  /// {@return the layer as one node}
  static Graph whole(int parts) {
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.F32, Shape.of(1, INPUTS));
    int w = graph.constant("w", weights(0, parts));
    int y = graph.slot("y", ElementType.F32, Shape.of(1, parts * ROWS));
    product(graph, "layer", x, w, y, parts * ROWS);
    return built(graph, x, y, parts);
  }

  /// {@return the layer part by part}
  static Graph split(int parts) {
    GraphBuilder graph = new GraphBuilder();
    int x = graph.slot("x", ElementType.F32, Shape.of(1, INPUTS));
    int y = graph.slot("y", ElementType.F32, Shape.of(1, parts * ROWS));
    int part = graph.slot("part", ElementType.F32, Shape.of(1, ROWS));
    int bytes = Float.BYTES * ROWS;
    for (int i = 0; i < parts; i++) {
      int w = graph.constant("w" + i, weights(i, 1));
      product(graph, "part " + i, x, w, part, ROWS);
      graph
          .call(KernelCatalog.byName("copy"), "place " + i, "Copy")
          .read(part)
          .update(y)
          .ints("from to count", 0, i * bytes, bytes)
          .end();
    }
    return built(graph, x, y, parts);
  }

  private static void product(GraphBuilder graph, String name, int x, int w, int y, int rows) {
    graph
        .call(KernelCatalog.byName("gemm.f32"), name, "Gemm")
        .read(x)
        .read(w)
        .zeros(Float.BYTES)
        .write(y)
        .ints("m n k", 1, rows, INPUTS)
        .ints("a.row a.column", INPUTS, 1)
        .ints("b.row b.column", 1, INPUTS)
        .ints("c.row c.column", 0, 0)
        .real("alpha", 1)
        .real("beta", 1)
        .end();
  }

  private static Graph built(GraphBuilder graph, int x, int y, int parts) {
    return graph.build(
        graph.port("x", x, Shape.of(1, INPUTS)), graph.port("y", y, Shape.of(1, parts * ROWS)));
  }

  /// {@return the rows of some parts}
  private static Tensor weights(int first, int parts) {
    float[] values = new float[parts * ROWS * INPUTS];
    for (int part = 0; part < parts; part++) {
      SplittableRandom random = new SplittableRandom(SEED + first + part);
      for (int i = 0; i < ROWS * INPUTS; i++) {
        values[part * ROWS * INPUTS + i] = (float) random.nextGaussian() / 16;
      }
    }
    return Tensor.ofFloats(Shape.of(parts * ROWS, INPUTS), values);
  }

  /// {@return an input}
  static byte[] input() {
    SplittableRandom random = new SplittableRandom(SEED - 1);
    float[] values = new float[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.ofFloats(Shape.of(INPUTS), values).bytes();
  }
}

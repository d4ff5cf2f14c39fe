package opml.lab.bench.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import opml.core.merkle.PagedTree;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphBuilder;
import opml.engine.plan.GraphRun;
import opml.engine.plan.GraphRunner;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.memory.Mem;
import opml.lab.bench.engine.EngineFigures.Append;
import opml.lab.bench.engine.EngineFigures.Trace;
import opml.twins.Twins;

/// Models that loop over state: a control slot with position and limit, and a slot of which each turn writes a row.
public final class StatefulModels {
  private static final int STEPS = 1_000_000;

  /// Parts of a move.
  private static final int PARTS = 16;

  private StatefulModels() {}

  /// {@return a graph that appends the same row of ints until so many rows are written}
  ///
  /// @param ints of a row
  /// @param rows that there is room for
  /// @param limit turns at most
  public static Graph looping(int ints, int rows, long limit) {
    GraphBuilder graph = new GraphBuilder();
    Shape two = Shape.of(2);
    int control = graph.slot("control", ElementType.I32, two);
    // Not zeros: whose pages would cost nothing to hash.
    int[] values = new SplittableRandom(5).ints(ints).toArray();
    int row = graph.constant("row", Tensor.ofInts(Shape.of(ints), values));
    int cache = graph.slot("cache", ElementType.I32, Shape.of(rows, ints));
    graph
        .call(KernelCatalog.byName("append"), "append", "Append")
        .read(control)
        .read(row)
        .update(cache)
        .ints("bytes", Integer.BYTES * ints)
        .end();
    graph.call(KernelCatalog.byName("advance"), "advance", "Advance").update(control).end();
    Graph once = graph.build(graph.port("control", control, two), graph.port("end", control, two));
    return new Graph(once.slots(), once.nodes(), once.input(), once.output(), limit);
  }

  /// {@return what a row of 1 KiB costs in a slot of 64 MiB}
  static Append append() {
    int rows = 1 << 16;
    Graph graph = looping(256, rows, rows);
    GraphRunner runner = GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable());
    try (Arena arena = Arena.ofConfined();
        GraphRun run = runner.start(control(arena, rows))) {
      int cache = graph.nodes().getFirst().outputs()[0];
      PagedTree tree = new PagedTree(run.value(cache), true);
      run.mark(cache, tree.dirtyPages());
      double nativeBest = Double.POSITIVE_INFINITY;
      double rootBest = Double.POSITIVE_INFINITY;
      int window = 500;
      for (int done = 0; done + window < rows / 4; done += window) {
        long written = 0;
        long hashed = 0;
        for (int i = 0; i < window; i++) {
          long start = System.nanoTime();
          run.proceed(run.step() + 2);
          long middle = System.nanoTime();
          tree.root();
          written += middle - start;
          hashed += System.nanoTime() - middle;
        }
        nativeBest = Math.min(nativeBest, written / 1e3 / window);
        rootBest = Math.min(rootBest, hashed / 1e3 / window);
      }
      return new Append(nativeBest, rootBest);
    }
  }

  /// {@return what the trace of a million steps costs}
  static Trace trace() {
    Graph graph = looping(2, 1 << 20, STEPS);
    Model model = Model.of(graph, PinnedPrograms::of);
    GraphRunner runner = GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable());
    byte[] input = input(STEPS);
    double least = Double.POSITIVE_INFINITY;
    long kept = 0;
    for (int i = 0; i < 3; i++) {
      GraphExecution execution = GraphExecution.run(model, input, runner);
      long[] parts = new long[PARTS - 1];
      for (int j = 0; j < parts.length; j++) {
        parts[j] = (long) (j + 1) * STEPS / PARTS;
      }
      long start = System.nanoTime();
      execution.states(parts);
      least = Math.min(least, (System.nanoTime() - start) / 1e9);
      kept = execution.keptBytes();
    }
    return new Trace(kept / 1e6, least);
  }

  /// {@return the input that has a looping model write so many rows}
  public static byte[] input(int rows) {
    try (Arena arena = Arena.ofConfined()) {
      return control(arena, rows).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static MemorySegment control(Arena arena, int limit) {
    MemorySegment control = arena.allocate(8, 8);
    Mem.putI32(control, 4, limit);
    return control;
  }
}

package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.kernels.catalog.Changes;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.Scalar;
import opml.kernels.memory.Mem;

/// A loop that appends a row to a cache in each pass, at the position that a control slot holds, until the cache is
/// full.
public final class Cache {
  /// The control slot: position, and how many rows there are to be.
  static final int CONTROL = 0;

  static final int ROWS = 1;

  private Cache() {}

  /// Writes row `position`, of `n` ints.
  public static void append(MemorySegment control, MemorySegment rows, int n) {
    int position = Mem.i32(control, 0);
    int at = 4 * n * position;
    for (int i = 0; i < n; i++) {
      Mem.putI32(rows, at, 31 * position + i);
      at += 4;
    }
  }

  /// The next position; 1 if that is behind the last.
  public static int advance(MemorySegment control) {
    int position = Mem.i32(control, 0) + 1;
    Mem.putI32(control, 0, position);
    return position >= Mem.i32(control, 4) ? 1 : 0;
  }

  /// The row, as [#append] finds it.
  static void row(MemorySegment[] segments, long[] scalars, Changes.Ranges ranges) {
    long bytes = 4 * scalars[0];
    ranges.add(1, Mem.i32(segments[0], 0) * bytes, bytes);
  }

  /// {@return a model whose input are position and limit, and whose output is where it ended}
  ///
  /// @param changes what appending says that it changes
  static Graph graph(int rows, int ints, Optional<Changes> changes) {
    Shape two = Shape.of(2);
    Kernel append =
        new Kernel(
            "append",
            Cache.class,
            List.of("control", "rows"),
            List.of(new Scalar("n", Scalar.Type.INT)),
            changes);
    Kernel advance = new Kernel("advance", Cache.class, List.of("control"), List.of());
    return new Graph(
        List.of(
            new Slot("control", ElementType.I32, two, Optional.empty()),
            new Slot("rows", ElementType.I32, Shape.of(rows, ints), Optional.empty())),
        List.of(
            new GraphNode(
                "append",
                "",
                append,
                List.of(new Operand.Read(CONTROL), new Operand.Update(ROWS)),
                List.of((long) ints)),
            new GraphNode("advance", "", advance, List.of(new Operand.Update(CONTROL)), List.of())),
        new Port("control", CONTROL, two),
        new Port("end", CONTROL, two),
        1L << 30);
  }
}

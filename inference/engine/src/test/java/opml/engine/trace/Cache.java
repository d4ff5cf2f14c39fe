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
import opml.kernels.catalog.Kernel;
import opml.kernels.memory.Changes;
import opml.kernels.memory.ChangesOnly;
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

  /// [#append], which says what it changes.
  @ChangesOnly(Row.class)
  public static void appendTold(MemorySegment control, MemorySegment rows, int n) {
    append(control, rows, n);
  }

  /// The row that [#append] writes.
  public static final class Row implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      long bytes = 4 * scalars[0];
      ranges.add(1, Mem.i32(segments[0], 0) * bytes, bytes);
    }
  }

  /// {@return a model whose input are position and limit, and whose output is where it ended}
  ///
  /// @param tells whether appending says what it changes
  static Graph graph(int rows, int ints, boolean tells) {
    Shape two = Shape.of(2);
    Kernel append = Kernel.of(Cache.class, tells ? "append.told" : "append");
    Kernel advance = Kernel.of(Cache.class, "advance");
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
        Port.of("control", CONTROL, ElementType.I32, two),
        Port.of("end", CONTROL, ElementType.I32, two),
        1L << 30);
  }
}

package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.memory.Mem;

/// The slices along an axis that differ, each once: what `unique.*` of [Ordering] say, by a node of a graph, which
/// writes at most four tensors. Where they are, where they came from and how many of each there are is one tensor.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class DistinctSlices {
  private DistinctSlices() {}

  /// The slices along the axis that differ, each once: in rising order if `sorted`, else in that of their first ones.
  ///
  /// What stands behind the last of them stays: y, and the first and the last row of places, have room for n.
  ///
  /// @param x (outer, n, inner)
  /// @param y (outer, n, inner), of equal slices the first
  /// @param places (3, n) int64: where each of y is first in x; where each of x is in y; how often each of y is in x
  /// @param count (1) int64: how many there are in y
  /// @param room 2n int32 numbers
  public static void distinctF32(
      MemorySegment x,
      MemorySegment y,
      MemorySegment places,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted) {
    distinct(x, y, places, count, room, axis, sorted, Slices.F32);
  }

  /// [#distinctF32] of integers.
  public static void distinctI64(
      MemorySegment x,
      MemorySegment y,
      MemorySegment places,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted) {
    distinct(x, y, places, count, room, axis, sorted, Slices.I64);
  }

  /// [#distinctF32] of doubles.
  public static void distinctF64(
      MemorySegment x,
      MemorySegment y,
      MemorySegment places,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted) {
    distinct(x, y, places, count, room, axis, sorted, Slices.F64);
  }

  private static void distinct(
      MemorySegment x,
      MemorySegment y,
      MemorySegment places,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted,
      int kind) {
    int n = axis.n();
    int inner = axis.inner();
    int inverse = 8 * n;
    int counts = 16 * n;
    Slices slices = new Slices(x, 0, axis.outer(), n, inner, inner, kind, 0);
    int order = slices.sort(room);
    int firsts = 4 * n - order;
    // Which of those that are equal to it is the first one in x, for each: equal ones stand in
    // their order.
    int first = 0;
    for (int i = 0; i < n; i++) {
      int e = Mem.i32(room, order + 4 * i);
      if (i == 0 || slices.compare(first, e) != 0) {
        first = e;
      }
      Mem.putI32(room, firsts + 4 * e, first);
    }
    int found = 0;
    for (int i = 0; i < n; i++) {
      int e = sorted != 0 ? Mem.i32(room, order + 4 * i) : i;
      int same = Mem.i32(room, firsts + 4 * e);
      if (same == e) {
        for (int o = 0; o < axis.outer(); o++) {
          int from = slices.place(o, e);
          int to = slices.place(o, found);
          for (int k = 0; k < inner; k++) {
            Cells.copy(x, from, y, to, slices.log());
            from += 1 << slices.log();
            to += 1 << slices.log();
          }
        }
        Mem.putI64(places, 8 * found, e);
        Mem.putI64(places, inverse + 8 * e, found);
        Mem.putI64(places, counts + 8 * found, 1);
        found++;
      } else {
        // The first one has been there already, in either order.
        int at = (int) Mem.i64(places, inverse + 8 * same);
        Mem.putI64(places, inverse + 8 * e, at);
        Mem.putI64(places, counts + 8 * at, Mem.i64(places, counts + 8 * at) + 1);
      }
    }
    Mem.putI64(count, 0, found);
  }
}

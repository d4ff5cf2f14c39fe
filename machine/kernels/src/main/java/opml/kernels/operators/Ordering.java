package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.memory.Mem;

/// What sorts, or finds what is equal, by the order that [Slices] have: NaN is above all else. `room` is two int32
/// numbers for each place of the axis.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Ordering {
  private Ordering() {}

  /// The k greatest elements along the axis in falling order, or the k least in rising order; of equal ones the first
  /// come first.
  ///
  /// @param x (outer, n, inner)
  /// @param y (outer, k, inner), bits as they were
  /// @param indices (outer, k, inner) int64
  /// @param k at most n
  public static void topkF32(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment room,
      Axis axis,
      int k,
      int largest) {
    top(x, y, indices, room, axis, k, largest, Slices.F32);
  }

  /// [#topkF32] of integers.
  public static void topkI64(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment room,
      Axis axis,
      int k,
      int largest) {
    top(x, y, indices, room, axis, k, largest, Slices.I64);
  }

  /// [#topkF32] of doubles.
  public static void topkF64(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment room,
      Axis axis,
      int k,
      int largest) {
    top(x, y, indices, room, axis, k, largest, Slices.F64);
  }

  private static void top(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment room,
      Axis axis,
      int k,
      int largest,
      int kind) {
    int n = axis.n();
    int inner = axis.inner();
    int log = kind == Slices.F32 ? 2 : 3;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        int at = o * n * inner + i << log;
        Slices column = new Slices(x, at, 1, n, inner, 1, kind, largest);
        int order = column.sort(room);
        int to = o * k * inner + i;
        for (int j = 0; j < k; j++) {
          int index = Mem.i32(room, order + 4 * j);
          Cells.copy(x, column.place(0, index), y, to << log, log);
          Mem.putI64(indices, 8 * to, index);
          to += inner;
        }
      }
    }
  }

  /// The slices along the axis that differ, each once: in rising order if `sorted`, else in that of their first ones.
  ///
  /// What stands behind the last of them stays: y, indices and counts have room for n.
  ///
  /// @param x (outer, n, inner)
  /// @param y (outer, n, inner), of equal slices the first
  /// @param indices (n) int64: where each of y is first in x
  /// @param inverse (n) int64: where each of x is in y
  /// @param counts (n) int64: how often each of y is in x
  /// @param count (1) int64: how many there are in y
  public static void uniqueF32(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment inverse,
      MemorySegment counts,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted) {
    unique(x, y, indices, inverse, counts, count, room, axis, sorted, Slices.F32);
  }

  /// [#uniqueF32] of integers.
  public static void uniqueI64(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment inverse,
      MemorySegment counts,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted) {
    unique(x, y, indices, inverse, counts, count, room, axis, sorted, Slices.I64);
  }

  /// [#uniqueF32] of doubles.
  public static void uniqueF64(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment inverse,
      MemorySegment counts,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted) {
    unique(x, y, indices, inverse, counts, count, room, axis, sorted, Slices.F64);
  }

  private static void unique(
      MemorySegment x,
      MemorySegment y,
      MemorySegment indices,
      MemorySegment inverse,
      MemorySegment counts,
      MemorySegment count,
      MemorySegment room,
      Axis axis,
      int sorted,
      int kind) {
    int n = axis.n();
    int inner = axis.inner();
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
        Mem.putI64(indices, 8 * found, e);
        Mem.putI64(inverse, 8 * e, found);
        Mem.putI64(counts, 8 * found, 1);
        found++;
      } else {
        // The first one has been there already, in either order.
        long at = Mem.i64(inverse, 8 * same);
        Mem.putI64(inverse, 8 * e, at);
        Mem.putI64(counts, 8 * at, Mem.i64(counts, 8 * at) + 1);
      }
    }
    Mem.putI64(count, 0, found);
  }
}

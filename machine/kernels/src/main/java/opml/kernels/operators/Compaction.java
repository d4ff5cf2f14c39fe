package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.SixLoops;
import opml.kernels.memory.Mem;

/// What leaves only some: how many, is in a tensor of its own, and what stands behind them stays.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Compaction {
  private Compaction() {}

  /// The indices of the elements that are not zero, in their order.
  ///
  /// @param x (d0, …), n bytes
  /// @param y (rank, n) int64
  /// @param count (1) int64: how many columns of y are written
  /// @param rank of x, 0 to 6
  /// @param sizes of the axes of x, each taken as 1 at least
  public static void nonzero(
      MemorySegment x, MemorySegment y, MemorySegment count, int n, int rank, SixLoops sizes) {
    int found = 0;
    for (int i = 0; i < n; i++) {
      if (Mem.i8(x, i) != 0) {
        int rest = i;
        for (int axis = rank - 1; axis >= 0; axis--) {
          int size = Math.max(1, sizes.get(axis));
          Mem.putI64(y, 8 * (axis * n + found), rest % size);
          rest /= size;
        }
        found++;
      }
    }
    Mem.putI64(count, 0, found);
  }

  /// The slices along the axis whose condition, a byte, is not 0; the first `most` of them.
  ///
  /// @param x (outer, n, inner)
  /// @param condition (conditions); slices behind the last condition are left out
  /// @param y (outer, most, inner)
  /// @param count (1) int64: how many slices of y are written
  /// @param log an element has 2^log bytes, log in 0..3
  public static void compress(
      MemorySegment x,
      MemorySegment condition,
      MemorySegment y,
      MemorySegment count,
      Axis axis,
      int conditions,
      int most,
      int log) {
    int inner = axis.inner();
    int found = 0;
    for (int j = 0; j < axis.n(); j++) {
      if (j < conditions && found < most && Mem.i8(condition, j) != 0) {
        for (int o = 0; o < axis.outer(); o++) {
          int from = (o * axis.n() + j) * inner << log;
          int to = (o * most + found) * inner << log;
          for (int i = 0; i < inner; i++) {
            Cells.copy(x, from, y, to, log);
            from += 1 << log;
            to += 1 << log;
          }
        }
        found++;
      }
    }
    Mem.putI64(count, 0, found);
  }
}

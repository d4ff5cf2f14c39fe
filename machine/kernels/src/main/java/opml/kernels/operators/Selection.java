package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.Strided;
import opml.kernels.memory.Mem;

/// Operators along one axis of a tensor (outer, n, inner).
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Selection {
  private Selection() {}

  /// `y = exp(x - max) / SUM(exp(x - max))` along the axis; x and y are (outer, n, inner).
  ///
  /// A row that has a NaN or +infinity, or nothing but -infinity, becomes NaN.
  public static void softmaxF32(MemorySegment x, MemorySegment y, Axis axis) {
    int n = axis.n();
    int inner = axis.inner();
    int step = 4 * inner;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        int row = 4 * (o * n * inner + i);
        float max = Float.NEGATIVE_INFINITY;
        int at = row;
        for (int j = 0; j < n; j++) {
          max = Math.max(max, Mem.f32(x, at));
          at += step;
        }
        at = row;
        for (int j = 0; j < n; j++) {
          Mem.putF32(y, at, Functions.exp(Mem.f32(x, at) - max));
          at += step;
        }
        float sum = Fold.sum(new Strided(y, row, step), n);
        at = row;
        for (int j = 0; j < n; j++) {
          Mem.putF32(y, at, Mem.f32(y, at) / sum);
          at += step;
        }
      }
    }
  }

  /// The index of the greatest element along the axis as an int64, the first if `selectLast` is 0, else the last; y is
  /// (outer, inner).
  ///
  /// NaN is never the greatest, -0 equals +0, and a row with nothing above -infinity gives 0 (its last -infinity if
  /// `selectLast`).
  public static void argmaxF32(MemorySegment x, MemorySegment y, Axis axis, int selectLast) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        float max = Float.NEGATIVE_INFINITY;
        int index = 0;
        int at = 4 * (o * n * inner + i);
        for (int j = 0; j < n; j++) {
          float value = Mem.f32(x, at);
          if (selectLast != 0 ? value >= max : value > max) {
            max = value;
            index = j;
          }
          at += 4 * inner;
        }
        Mem.putI64(y, yAt, index);
        yAt += 8;
      }
    }
  }
}

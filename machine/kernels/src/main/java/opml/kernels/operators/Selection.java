package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.Strided;
import opml.kernels.memory.Mem;
import opml.kernels.softfloat.SoftDouble;

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

  /// The index of the least element along the axis, as [#argmaxF32] has that of the greatest one: NaN is never the
  /// least, and a row with nothing below +infinity gives 0 (its last +infinity if `selectLast`).
  public static void argminF32(MemorySegment x, MemorySegment y, Axis axis, int selectLast) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        float min = Float.POSITIVE_INFINITY;
        int index = 0;
        int at = 4 * (o * n * inner + i);
        for (int j = 0; j < n; j++) {
          float value = Mem.f32(x, at);
          if (selectLast != 0 ? value <= min : value < min) {
            min = value;
            index = j;
          }
          at += 4 * inner;
        }
        Mem.putI64(y, yAt, index);
        yAt += 8;
      }
    }
  }

  /// The index of the greatest integer along the axis, the first if `selectLast` is 0, else the last; y is (outer,
  /// inner).
  public static void argmaxI64(MemorySegment x, MemorySegment y, Axis axis, int selectLast) {
    argument(x, y, axis, selectLast, 0L);
  }

  /// The index of the least integer along the axis, as [#argmaxI64].
  public static void argminI64(MemorySegment x, MemorySegment y, Axis axis, int selectLast) {
    argument(x, y, axis, selectLast, -1L);
  }

  /// @param turn -1 turns the order of integers around, when all their bits are turned
  private static void argument(
      MemorySegment x, MemorySegment y, Axis axis, int selectLast, long turn) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        long max = Long.MIN_VALUE;
        int index = 0;
        int at = 8 * (o * n * inner + i);
        for (int j = 0; j < n; j++) {
          long value = Mem.i64(x, at) ^ turn;
          if (selectLast != 0 ? value >= max : value > max) {
            max = value;
            index = j;
          }
          at += 8 * inner;
        }
        Mem.putI64(y, yAt, index);
        yAt += 8;
      }
    }
  }

  /// The index of the greatest double along the axis, as [#argmaxF32].
  public static void argmaxF64(MemorySegment x, MemorySegment y, Axis axis, int selectLast) {
    doubles(x, y, axis, selectLast, 0L);
  }

  /// The index of the least double along the axis, as [#argminF32].
  public static void argminF64(MemorySegment x, MemorySegment y, Axis axis, int selectLast) {
    doubles(x, y, axis, selectLast, Long.MIN_VALUE);
  }

  /// @param turn the sign's bit turns the order around, where it is turned in all
  private static void doubles(
      MemorySegment x, MemorySegment y, Axis axis, int selectLast, long turn) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        long max = SoftDouble.INFINITY | Long.MIN_VALUE;
        int index = 0;
        int at = 8 * (o * n * inner + i);
        for (int j = 0; j < n; j++) {
          long value = Mem.i64(x, at) ^ turn;
          int order = SoftDouble.compare(max, value);
          if (order == -1 || order == 0 && selectLast != 0) {
            max = value;
            index = j;
          }
          at += 8 * inner;
        }
        Mem.putI64(y, yAt, index);
        yAt += 8;
      }
    }
  }

  /// `y = (x - max) - log(SUM(exp(x - max)))` along the axis; x and y are (outer, n, inner).
  ///
  /// A row that has a NaN or +infinity, or nothing but -infinity, becomes NaN.
  public static void logsoftmaxF32(MemorySegment x, MemorySegment y, Axis axis) {
    int n = axis.n();
    int inner = axis.inner();
    int step = 4 * inner;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        Strided row = new Strided(x, 4 * (o * n * inner + i), step);
        float max = Float.NEGATIVE_INFINITY;
        int at = row.at();
        for (int j = 0; j < n; j++) {
          max = Math.max(max, Mem.f32(x, at));
          at += step;
        }
        float log = Functions.log(ExponentialSum.of(row, n, max));
        at = row.at();
        for (int j = 0; j < n; j++) {
          Mem.putF32(y, at, Mem.f32(x, at) - max - log);
          at += step;
        }
      }
    }
  }
}

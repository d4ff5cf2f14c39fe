package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.Strided;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.softfloat.SoftDouble;

/// One number of all along an axis: x is (outer, n, inner), y (outer, inner).
///
/// Sums of floats have the order SUM, whatever is summed: the elements, their squares, which the accumulators take up
/// by fma, or others.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Reduction {
  /// What [#reduceI64] and [#reduceF64] make of their elements: their sum, modulo 2^64.
  public static final int SUM = 0;

  /// The sum of their squares, modulo 2^64.
  public static final int SUM_OF_SQUARES = 1;

  /// The sum of their magnitudes, modulo 2^64.
  public static final int SUM_OF_MAGNITUDES = 2;

  /// Their sum, modulo 2^64, divided by their number, rounded towards 0; 0 of none.
  public static final int MEAN = 3;

  /// Their product, modulo 2^64; 1 of none.
  public static final int PRODUCT = 4;

  /// The greatest; the least int64 of none.
  public static final int GREATEST = 5;

  /// The least; the greatest int64 of none.
  public static final int LEAST = 6;

  private Reduction() {}

  /// SUM of the elements.
  public static void reduceSumF32(MemorySegment x, MemorySegment y, Axis axis) {
    sums(x, y, axis, SUM);
  }

  /// SUM of the squares, each taken up by fma.
  public static void reduceSumsquareF32(MemorySegment x, MemorySegment y, Axis axis) {
    sums(x, y, axis, SUM_OF_SQUARES);
  }

  /// SUM of the magnitudes.
  public static void reduceL1F32(MemorySegment x, MemorySegment y, Axis axis) {
    sums(x, y, axis, SUM_OF_MAGNITUDES);
  }

  /// SUM of the elements, divided by their number; NaN of none.
  public static void reduceMeanF32(MemorySegment x, MemorySegment y, Axis axis) {
    sums(x, y, axis, MEAN);
  }

  private static void sums(MemorySegment x, MemorySegment y, Axis axis, int kind) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        Strided row = new Strided(x, 4 * (o * n * inner + i), 4 * inner);
        float sum = 0f;
        if (kind == SUM) {
          sum = Fold.sum(row, n);
        } else if (kind == MEAN) {
          sum = Fold.sum(row, n) / (float) n;
        } else {
          sum = lanes1(row, n, kind);
        }
        Mem.putF32(y, yAt, sum);
        yAt += 4;
      }
    }
  }

  /// The greatest element: NaN wins, -0 is below +0, and of none -infinity.
  public static void reduceMaxF32(MemorySegment x, MemorySegment y, Axis axis) {
    chains(x, y, axis, GREATEST);
  }

  /// The least element: NaN wins, -0 is below +0, and of none +infinity.
  public static void reduceMinF32(MemorySegment x, MemorySegment y, Axis axis) {
    chains(x, y, axis, LEAST);
  }

  /// The product, one chain from 1.
  public static void reduceProdF32(MemorySegment x, MemorySegment y, Axis axis) {
    chains(x, y, axis, PRODUCT);
  }

  private static void chains(MemorySegment x, MemorySegment y, Axis axis, int kind) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        float value = kind == PRODUCT ? 1f : Float.POSITIVE_INFINITY;
        if (kind == GREATEST) {
          value = Float.NEGATIVE_INFINITY;
        }
        int at = 4 * (o * n * inner + i);
        for (int j = 0; j < n; j++) {
          float next = Mem.f32(x, at);
          if (kind == PRODUCT) {
            value = value * next;
          } else if (kind == GREATEST) {
            value = Math.max(value, next);
          } else {
            value = Math.min(value, next);
          }
          at += 4 * inner;
        }
        Mem.putF32(y, yAt, value);
        yAt += 4;
      }
    }
  }

  /// What `kind` says, of integers; a sum, if it says nothing.
  public static void reduceI64(MemorySegment x, MemorySegment y, Axis axis, int kind) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        long value = kind == PRODUCT ? 1 : 0;
        if (kind == GREATEST) {
          value = Long.MIN_VALUE;
        } else if (kind == LEAST) {
          value = Long.MAX_VALUE;
        }
        int at = 8 * (o * n * inner + i);
        for (int j = 0; j < n; j++) {
          long next = Mem.i64(x, at);
          if (kind == PRODUCT) {
            value *= next;
          } else if (kind == GREATEST) {
            value = Math.max(value, next);
          } else if (kind == LEAST) {
            value = Math.min(value, next);
          } else if (kind == SUM_OF_SQUARES) {
            value += next * next;
          } else if (kind == SUM_OF_MAGNITUDES) {
            value += Math.abs(next);
          } else {
            value += next;
          }
          at += 8 * inner;
        }
        if (kind == MEAN && n > 0) {
          value /= n;
        }
        Mem.putI64(y, yAt, value);
        yAt += 8;
      }
    }
  }

  /// What `kind` says, of doubles: sums and products one chain from 0 or 1, each operation rounded; a sum, if it says
  /// nothing. The mean of none is NaN, the greatest and the least are as of floats.
  public static void reduceF64(MemorySegment x, MemorySegment y, Axis axis, int kind) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        long value = kind == PRODUCT ? SoftDouble.ONE : 0;
        if (kind == GREATEST) {
          value = SoftDouble.INFINITY | Long.MIN_VALUE;
        } else if (kind == LEAST) {
          value = SoftDouble.INFINITY;
        }
        int at = 8 * (o * n * inner + i);
        for (int j = 0; j < n; j++) {
          long next = Mem.i64(x, at);
          if (kind == PRODUCT) {
            value = SoftDouble.mul(value, next);
          } else if (kind == GREATEST) {
            value = SoftDouble.max(value, next);
          } else if (kind == LEAST) {
            value = SoftDouble.min(value, next);
          } else if (kind == SUM_OF_SQUARES) {
            value = SoftDouble.fma(next, next, value);
          } else if (kind == SUM_OF_MAGNITUDES) {
            value = SoftDouble.add(value, SoftDouble.abs(next));
          } else {
            value = SoftDouble.add(value, next);
          }
          at += 8 * inner;
        }
        if (kind == MEAN) {
          value = SoftDouble.div(value, SoftDouble.fromLong(n));
        }
        Mem.putI64(y, yAt, value);
        yAt += 8;
      }
    }
  }

  /// `m + log(SUM(exp(x - m)))`, m being the greatest element; m itself if it is infinite or NaN.
  public static void reduceLogsumexpF32(MemorySegment x, MemorySegment y, Axis axis) {
    int n = axis.n();
    int inner = axis.inner();
    int yAt = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        Strided row = new Strided(x, 4 * (o * n * inner + i), 4 * inner);
        float max = Float.NEGATIVE_INFINITY;
        int at = row.at();
        for (int j = 0; j < n; j++) {
          max = Math.max(max, Mem.f32(x, at));
          at += row.step();
        }
        if (Math.abs(max) < Float.POSITIVE_INFINITY) {
          max += Functions.log(ExponentialSum.of(row, n, max));
        }
        Mem.putF32(y, yAt, max);
        yAt += 4;
      }
    }
  }

  /// {@return SUM of the squares or of the magnitudes, as [Fold#sum] has it}
  private static float lanes1(Strided x, int count, int kind) {
    return lanes2(x, count, kind, 0) + lanes2(x, count, kind, 1);
  }

  private static float lanes2(Strided x, int count, int kind, int lane) {
    return lanes4(x, count, kind, lane) + lanes4(x, count, kind, lane + 2);
  }

  private static float lanes4(Strided x, int count, int kind, int lane) {
    return lanes8(x, count, kind, lane) + lanes8(x, count, kind, lane + 4);
  }

  private static float lanes8(Strided x, int count, int kind, int lane) {
    return lane(x, count, kind, lane) + lane(x, count, kind, lane + 8);
  }

  private static float lane(Strided x, int count, int kind, int lane) {
    float sum = 0f;
    int at = x.at() + lane * x.step();
    for (int i = lane; i < count; i += 16) {
      float value = Mem.f32(x.data(), at);
      sum = kind == SUM_OF_SQUARES ? F32.fma(value, value, sum) : sum + Math.abs(value);
      at += 16 * x.step();
    }
    return sum;
  }
}

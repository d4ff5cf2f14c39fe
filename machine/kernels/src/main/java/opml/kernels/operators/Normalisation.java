package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Axis;
import opml.kernels.layout.RowFactors;
import opml.kernels.layout.Strided;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Normalisation by means, variances and norms.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Normalisation {
  private Normalisation() {}

  /// `y = ((x - mean) · (1 / sqrt(variance + epsilon))) · scale + bias`, row by row; `mean = SUM(row) / n`, and
  /// `variance` the SUM of the squares of `x - mean`, divided by n.
  ///
  /// x and y are (rows, n), mean and inverse, which is the reciprocal root, (rows); which scale and bias an element
  /// has, `factors` says.
  public static void normalizeF32(
      MemorySegment x,
      MemorySegment scale,
      MemorySegment bias,
      MemorySegment y,
      MemorySegment mean,
      MemorySegment inverse,
      int rows,
      int n,
      RowFactors factors,
      float epsilon) {
    for (int row = 0; row < rows; row++) {
      Strided given = new Strided(x, 4 * row * n, 4);
      float m = Fold.sum(given, n) / (float) n;
      for (int j = 0; j < n; j++) {
        Mem.putF32(y, 4 * (row * n + j), given.get(j) - m);
      }
      Strided centred = new Strided(y, 4 * row * n, 4);
      float r = 1f / F32.sqrt(squares(centred, n) / (float) n + epsilon);
      for (int j = 0; j < n; j++) {
        int factor = 4 * factors.of(row, j);
        float normal = centred.get(j) * r;
        Mem.putF32(y, 4 * (row * n + j), normal * Mem.f32(scale, factor) + Mem.f32(bias, factor));
      }
      Mem.putF32(mean, 4 * row, m);
      Mem.putF32(inverse, 4 * row, r);
    }
  }

  /// Each row's mean, `SUM(row) / n`, and variance, the SUM of the squares of `x - mean`, divided by n.
  ///
  /// x and centred, which becomes `x - mean`, are (rows, n), mean and variance (rows).
  public static void momentsF32(
      MemorySegment x,
      MemorySegment centred,
      MemorySegment mean,
      MemorySegment variance,
      int rows,
      int n) {
    for (int row = 0; row < rows; row++) {
      Strided given = new Strided(x, 4 * row * n, 4);
      float m = Fold.sum(given, n) / (float) n;
      for (int j = 0; j < n; j++) {
        Mem.putF32(centred, 4 * (row * n + j), given.get(j) - m);
      }
      Mem.putF32(mean, 4 * row, m);
      Strided differences = new Strided(centred, 4 * row * n, 4);
      Mem.putF32(variance, 4 * row, squares(differences, n) / (float) n);
    }
  }

  /// `y = (x - mean) · (scale / sqrt(variance + epsilon)) + bias`, of each channel its own.
  ///
  /// x and y are (outer, n channels, inner), all others (n).
  public static void batchnormF32(
      MemorySegment x,
      MemorySegment scale,
      MemorySegment bias,
      MemorySegment mean,
      MemorySegment variance,
      MemorySegment y,
      Axis axis,
      float epsilon) {
    int at = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int c = 0; c < axis.n(); c++) {
        float m = Mem.f32(mean, 4 * c);
        float r = Mem.f32(scale, 4 * c) / F32.sqrt(Mem.f32(variance, 4 * c) + epsilon);
        float b = Mem.f32(bias, 4 * c);
        for (int i = 0; i < axis.inner(); i++) {
          Mem.putF32(y, at, (Mem.f32(x, at) - m) * r + b);
          at += 4;
        }
      }
    }
  }

  /// `y = (x · (1 / sqrt(SUM(x²) / n + epsilon))) · scale[j]`, row by row; x and y are (rows, n), scale (n).
  public static void rmsnormF32(
      MemorySegment x, MemorySegment scale, MemorySegment y, int rows, int n, float epsilon) {
    for (int row = 0; row < rows; row++) {
      Strided given = new Strided(x, 4 * row * n, 4);
      float r = 1f / F32.sqrt(squares(given, n) / (float) n + epsilon);
      for (int j = 0; j < n; j++) {
        Mem.putF32(y, 4 * (row * n + j), given.get(j) * r * Mem.f32(scale, 4 * j));
      }
    }
  }

  /// `y = x / norm` along the axis: the SUM of the magnitudes if p is 1, else the root of the SUM of the squares. Where
  /// the norm is 0, y is +0. x and y are (outer, n, inner).
  public static void lpnormF32(MemorySegment x, MemorySegment y, Axis axis, int p) {
    int n = axis.n();
    int inner = axis.inner();
    for (int o = 0; o < axis.outer(); o++) {
      for (int i = 0; i < inner; i++) {
        int first = 4 * (o * n * inner + i);
        int at = first;
        for (int j = 0; j < n; j++) {
          Mem.putF32(y, at, Math.abs(Mem.f32(x, at)));
          at += 4 * inner;
        }
        Strided magnitudes = new Strided(y, first, 4 * inner);
        float norm = p == 1 ? Fold.sum(magnitudes, n) : F32.sqrt(squares(magnitudes, n));
        at = first;
        for (int j = 0; j < n; j++) {
          Mem.putF32(y, at, norm == 0f ? 0f : Mem.f32(x, at) / norm);
          at += 4 * inner;
        }
      }
    }
  }

  /// `y = x / pow(bias + alpha · s, beta)` with s the sum of the squares of the elements of the channels from `before`
  /// below to `after` above (Krizhevsky et al., 2012), one chain of fma from +0. x and y are (outer, n channels,
  /// inner).
  ///
  /// @param alpha divided by the number of channels that are added up
  public static void lrnF32(
      MemorySegment x,
      MemorySegment y,
      Axis axis,
      int before,
      int after,
      float alpha,
      float beta,
      float bias) {
    int n = axis.n();
    int inner = axis.inner();
    int at = 0;
    for (int o = 0; o < axis.outer(); o++) {
      for (int c = 0; c < n; c++) {
        for (int i = 0; i < inner; i++) {
          float sum = 0f;
          for (int d = -before; d <= after; d++) {
            if (c + d >= 0 && c + d < n) {
              float value = Mem.f32(x, at + 4 * d * inner);
              sum = F32.fma(value, value, sum);
            }
          }
          Mem.putF32(y, at, Mem.f32(x, at) / Powers.pow(bias + alpha * sum, beta));
          at += 4;
        }
      }
    }
  }

  /// {@return SUM of the squares: sixteen accumulators, each a chain of fma}
  private static float squares(Strided x, int count) {
    return squares8(x, count, 0) + squares8(x, count, 1);
  }

  private static float squares8(Strided x, int count, int lane) {
    return squares4(x, count, lane) + squares4(x, count, lane + 2);
  }

  private static float squares4(Strided x, int count, int lane) {
    return squares2(x, count, lane) + squares2(x, count, lane + 4);
  }

  private static float squares2(Strided x, int count, int lane) {
    return square(x, count, lane) + square(x, count, lane + 8);
  }

  private static float square(Strided x, int count, int lane) {
    float sum = 0f;
    for (int i = lane; i < count; i += 16) {
      float value = x.get(i);
      sum = F32.fma(value, value, sum);
    }
    return sum;
  }
}

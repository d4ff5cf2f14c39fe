package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Determinants, by elimination.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Determinants {
  private Determinants() {}

  /// The determinant of each matrix: Gauss' elimination of its columns from the left, each with the row whose element
  /// is the greatest in magnitude, the first of equals and never NaN before another.
  ///
  /// A row r below that of the pivot p becomes `fma(-(r_c / p_c), p_j, r_j)`, for j behind c. The determinant is the
  /// product of the pivots, one chain from 1, which takes the other sign, exactly, with each exchange of rows.
  ///
  /// @param x (batch, n, n)
  /// @param y (batch)
  /// @param room (n, n)
  public static void detF32(
      MemorySegment x, MemorySegment y, MemorySegment room, int batch, int n) {
    int row = 4 * n;
    for (int t = 0; t < batch; t++) {
      for (int i = 0; i < n * n; i++) {
        Mem.putI32(room, 4 * i, Mem.i32(x, 4 * (t * n * n + i)));
      }
      float product = 1f;
      for (int c = 0; c < n; c++) {
        int pivot = c;
        float greatest = -1f;
        for (int r = c; r < n; r++) {
          Trips.atMost(n);
          float magnitude = Math.abs(Mem.f32(room, r * row + 4 * c));
          if (magnitude > greatest) {
            greatest = magnitude;
            pivot = r;
          }
        }
        if (pivot != c) {
          product = -product;
          for (int j = 0; j < n; j++) {
            int above = Mem.i32(room, c * row + 4 * j);
            Mem.putI32(room, c * row + 4 * j, Mem.i32(room, pivot * row + 4 * j));
            Mem.putI32(room, pivot * row + 4 * j, above);
          }
        }
        float divisor = Mem.f32(room, c * row + 4 * c);
        product *= divisor;
        if (divisor != 0f) {
          for (int r = c + 1; r < n; r++) {
            Trips.atMost(n);
            float factor = -(Mem.f32(room, r * row + 4 * c) / divisor);
            for (int j = c + 1; j < n; j++) {
              Trips.atMost(n);
              int at = r * row + 4 * j;
              Mem.putF32(
                  room, at, F32.fma(factor, Mem.f32(room, c * row + 4 * j), Mem.f32(room, at)));
            }
          }
        }
      }
      Mem.putF32(y, 4 * t, product);
    }
  }
}

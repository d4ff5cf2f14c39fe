package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Operators of one element at a time.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Elementwise {
  private Elementwise() {}

  /// `y = a + b`, where y is (d0, d1, d2, d3) and a stride of 0 repeats an operand along its dimension.
  public static void addF32(
      MemorySegment a,
      MemorySegment b,
      MemorySegment y,
      int d0,
      int d1,
      int d2,
      int d3,
      int a0,
      int a1,
      int a2,
      int a3,
      int b0,
      int b1,
      int b2,
      int b3) {
    int yAt = 0;
    for (int i = 0; i < d0; i++) {
      for (int j = 0; j < d1; j++) {
        for (int k = 0; k < d2; k++) {
          int aAt = 4 * (i * a0 + j * a1 + k * a2);
          int bAt = 4 * (i * b0 + j * b1 + k * b2);
          for (int l = 0; l < d3; l++) {
            Mem.putF32(y, yAt, Mem.f32(a, aAt) + Mem.f32(b, bAt));
            yAt += 4;
            aAt += 4 * a3;
            bAt += 4 * b3;
          }
        }
      }
    }
  }

  /// `y = a · b`, broadcast as in [#addF32].
  public static void mulF32(
      MemorySegment a,
      MemorySegment b,
      MemorySegment y,
      int d0,
      int d1,
      int d2,
      int d3,
      int a0,
      int a1,
      int a2,
      int a3,
      int b0,
      int b1,
      int b2,
      int b3) {
    int yAt = 0;
    for (int i = 0; i < d0; i++) {
      for (int j = 0; j < d1; j++) {
        for (int k = 0; k < d2; k++) {
          int aAt = 4 * (i * a0 + j * a1 + k * a2);
          int bAt = 4 * (i * b0 + j * b1 + k * b2);
          for (int l = 0; l < d3; l++) {
            Mem.putF32(y, yAt, Mem.f32(a, aAt) * Mem.f32(b, bAt));
            yAt += 4;
            aAt += 4 * a3;
            bAt += 4 * b3;
          }
        }
      }
    }
  }

  /// `y = max(x, +0)`: -0 gives +0, NaN gives NaN.
  public static void reluF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, Math.max(Mem.f32(x, at), 0f));
    }
  }
}

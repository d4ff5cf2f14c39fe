package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Products with weights in GGML's blocks of 32, `spec/numerics.md` (Blocks).
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Blocks {
  /// Elements of a block.
  static final int BLOCK = 32;

  /// Bytes of a Q8_0 block: a half-precision scale, then the integers.
  static final int Q8_0_BYTES = 2 + BLOCK;

  /// Below, a block counts as zeros: its scale's reciprocal would overflow.
  private static final float LEAST = 0x1p-100f;

  private Blocks() {}

  /// Blocks of 32 floats as 8-bit integers: `a = max|x|`, `d = a / 127`, `q = rne(x · (127 / a))`; all 0 where a is
  /// below 2^-100. A NaN makes d NaN, and its own q 0.
  ///
  /// x and q have 32 · blocks elements, d one for each block.
  public static void quantizeQ8(MemorySegment x, MemorySegment q, MemorySegment d, int blocks) {
    for (int block = 0; block < blocks; block++) {
      int first = BLOCK * block;
      float most = 0f;
      for (int i = 0; i < BLOCK; i++) {
        most = Math.max(most, Math.abs(Mem.f32(x, 4 * (first + i))));
      }
      // False for NaN.
      boolean none = most < LEAST;
      float inverse = none ? 0f : 127f / most;
      Mem.putF32(d, 4 * block, none ? 0f : most / 127f);
      for (int i = 0; i < BLOCK; i++) {
        Mem.putI8(q, first + i, (int) F32.rne(Mem.f32(x, 4 * (first + i)) * inverse));
      }
    }
  }

  /// `y[i, j] = Σ (w[j, block] · x[i, block])`, a chain of fma over the blocks from +0: `fma((float) S, dw · dx, y)`, S
  /// the exact sum of a block's integer products.
  ///
  /// q and d are (m, blocks) as [#quantizeQ8] makes them, w (n, blocks) in Q8_0, y (m, n).
  public static void matmulQ8(
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      int m,
      int n,
      int blocks) {
    int yAt = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        Mem.putF32(y, yAt, dot(q, d, i * blocks, w, j * blocks * Q8_0_BYTES, blocks));
        yAt += 4;
      }
    }
  }

  /// {@return one output, from block `first` of the one row and byte `wAt` of the other}
  private static float dot(
      MemorySegment q, MemorySegment d, int first, MemorySegment w, int wAt, int blocks) {
    float y = 0f;
    int qAt = first * BLOCK;
    for (int block = 0; block < blocks; block++) {
      int sum = 0;
      for (int i = 0; i < BLOCK; i++) {
        sum += Mem.i8(q, qAt + i) * Mem.i8(w, wAt + 2 + i);
      }
      float scale = Float.float16ToFloat((short) Mem.i16(w, wAt)) * Mem.f32(d, 4 * (first + block));
      y = F32.fma((float) sum, scale, y);
      qAt += BLOCK;
      wAt += Q8_0_BYTES;
    }
    return y;
  }
}

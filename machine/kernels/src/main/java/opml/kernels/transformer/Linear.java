package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Outputs;
import opml.kernels.layout.Tile;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Products of tokens with a weight's rows, which stand as the model file has them: `spec/numerics.md` (Language
/// models). Those with blocks of integers are beside this class.
///
/// The rows of a tile begin at row 0 of what a kernel reads and writes: `y[i, to + j] = w[from + j, :] · x[i, :]`.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Linear {
  /// Elements that share a scale.
  static final int BLOCK = 32;

  /// Products of an fma chain of a DOT.
  private static final int CHUNK = 256;

  /// Below, a block counts as zeros: its scale's reciprocal would overflow.
  private static final float LEAST = 0x1p-100f;

  private Linear() {}

  /// Blocks of 32 floats as 8-bit integers: `a = max|x|`, `d = a / 127`, `q = rne(x · (127 / a))`; all 0 where a is
  /// below 2^-100. A NaN makes d NaN, and its own q 0.
  ///
  /// @param x (rows, blocks, 32)
  /// @param q as x, bytes
  /// @param d (rows, blocks)
  public static void quantizeRows(
      Tile tile, MemorySegment x, MemorySegment q, MemorySegment d, int blocks) {
    int count = tile.count();
    int at = 0;
    int block = 0;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int b = 0; b < blocks; b++) {
        float most = 0f;
        for (int j = 0; j < BLOCK; j++) {
          most = Math.max(most, Math.abs(Mem.f32(x, 4 * (at + j))));
        }
        // False for NaN.
        boolean none = most < LEAST;
        float inverse = none ? 0f : 127f / most;
        Mem.putF32(d, 4 * block, none ? 0f : most / 127f);
        for (int j = 0; j < BLOCK; j++) {
          Mem.putI8(q, at + j, (int) F32.rne(Mem.f32(x, 4 * (at + j)) * inverse));
        }
        at += BLOCK;
        block++;
      }
    }
  }

  /// Weights as they are: `y = DOT(x[i, :], w[from + j, :])`, chunks of 256 products.
  ///
  /// @param x (rows, k)
  /// @param w (…, k)
  /// @param y (rows, width)
  public static void linearF32(
      Tile tile, MemorySegment x, MemorySegment w, MemorySegment y, Outputs outputs, int k) {
    rows(tile, x, w, y, outputs, k, false, false);
  }

  /// Weights in binary16, as [#linearF32].
  public static void linearF16(
      Tile tile, MemorySegment x, MemorySegment w, MemorySegment y, Outputs outputs, int k) {
    rows(tile, x, w, y, outputs, k, true, false);
  }

  /// Weights in bfloat16, as [#linearF32].
  public static void linearBf16(
      Tile tile, MemorySegment x, MemorySegment w, MemorySegment y, Outputs outputs, int k) {
    rows(tile, x, w, y, outputs, k, true, true);
  }

  private static void rows(
      Tile tile,
      MemorySegment x,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int k,
      boolean half,
      boolean brain) {
    int count = tile.count();
    int rowBytes = k * (half ? 2 : 4);
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int yAt = outputs.at(i);
      int wAt = outputs.from() * rowBytes;
      for (int j = 0; j < outputs.count(); j++) {
        Mem.putF32(y, yAt, dot(x, 4 * i * k, w, wAt, k, half, brain));
        yAt += 4;
        wAt += rowBytes;
      }
    }
  }

  /// {@return DOT of k products, from a byte of the one row and one of the other}
  private static float dot(
      MemorySegment x, long xAt, MemorySegment w, long wAt, int k, boolean half, boolean brain) {
    float y = 0f;
    for (int left = k; left > 0; left -= CHUNK) {
      float chunk = 0f;
      for (int i = Math.min(left, CHUNK); i > 0; i--) {
        Trips.inAll(k);
        chunk = F32.fma(Mem.f32(x, xAt), Halves.weight(w, wAt, half, brain), chunk);
        xAt += 4;
        wAt += half ? 2 : 4;
      }
      y += chunk;
    }
    return y;
  }
}

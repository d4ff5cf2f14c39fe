package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Outputs;
import opml.kernels.layout.Tile;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Products of tokens with a weight's rows, which stand as the model file has them: `spec/numerics.md` (Language models).
///
/// The rows of a tile begin at row 0 of what a kernel reads and writes: `y[i, to + j] = w[from + j, :] · x[i, :]`.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Linear {
  /// Elements that share a scale.
  static final int BLOCK = 32;

  /// Bytes of a Q8_0 block: a half-precision scale, then the integers.
  static final int Q8_0_BYTES = 2 + BLOCK;

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

  /// Weights in Q8_0.
  ///
  /// @param q and d as [#quantizeRows] makes them
  /// @param w (…, blocks) of 34 bytes
  /// @param y (rows, width)
  public static void linearQ80(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    int count = tile.count();
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int yAt = 4 * (i * outputs.width() + outputs.to());
      int wAt = outputs.from() * blocks * Q8_0_BYTES;
      for (int j = 0; j < outputs.count(); j++) {
        Mem.putF32(y, yAt, dotQ80(q, d, i * blocks, w, wAt, blocks));
        yAt += 4;
        wAt += blocks * Q8_0_BYTES;
      }
    }
  }

  /// {@return one output, from block `first` of the one row and byte `wAt` of the other}
  private static float dotQ80(
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

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

  /// Weights in Q4_0: blocks of 18 bytes.
  public static void linearQ40(
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
      int wAt = outputs.from() * blocks * 18;
      for (int j = 0; j < outputs.count(); j++) {
        float acc = 0f;
        for (int block = 0; block < blocks; block++) {
          int qAt = (i * blocks + block) * BLOCK;
          int sum = 0;
          for (int l = 0; l < BLOCK / 2; l++) {
            int two = Mem.i8(w, wAt + 2 + l) & 255;
            sum += Mem.i8(q, qAt + l) * ((two & 15) - 8);
            sum += Mem.i8(q, qAt + BLOCK / 2 + l) * ((two >> 4) - 8);
          }
          float scale =
              Float.float16ToFloat((short) Mem.i16(w, wAt)) * Mem.f32(d, 4 * (i * blocks + block));
          acc = F32.fma((float) sum, scale, acc);
          wAt += 18;
        }
        Mem.putF32(y, yAt, acc);
        yAt += 4;
      }
    }
  }

  /// Weights in Q4_K: 144 bytes for eight blocks.
  public static void linearQ4k(
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
      int wAt = outputs.from() * (blocks / 8) * 144;
      for (int j = 0; j < outputs.count(); j++) {
        float acc = 0f;
        for (int block = 0; block < blocks; block++) {
          int in = block % 8;
          int qAt = (i * blocks + block) * BLOCK;
          int sum = 0;
          int all = 0;
          for (int l = 0; l < BLOCK; l++) {
            int two = Mem.i8(w, wAt + 16 + BLOCK * (in / 2) + l) & 255;
            sum += Mem.i8(q, qAt + l) * (in % 2 == 0 ? two & 15 : two >> 4);
            all += Mem.i8(q, qAt + l);
          }
          int scale = integer(w, wAt + 4, in, 0);
          int least = integer(w, wAt + 4, in, 4);
          float dx = Mem.f32(d, 4 * (i * blocks + block));
          acc =
              F32.fma(
                  (float) (scale * sum), Float.float16ToFloat((short) Mem.i16(w, wAt)) * dx, acc);
          acc =
              F32.fma(
                  (float) (least * all),
                  -(Float.float16ToFloat((short) Mem.i16(w, wAt + 2)) * dx),
                  acc);
          wAt += in == 7 ? 144 : 0;
        }
        Mem.putF32(y, yAt, acc);
        yAt += 4;
      }
    }
  }

  /// Weights in Q6_K: 210 bytes for eight blocks.
  public static void linearQ6k(
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
      int wAt = outputs.from() * (blocks / 8) * 210;
      for (int j = 0; j < outputs.count(); j++) {
        float acc = 0f;
        for (int block = 0; block < blocks; block++) {
          int in = block % 8;
          int qAt = (i * blocks + block) * BLOCK;
          int sum = 0;
          for (int l = 0; l < BLOCK; l++) {
            int low = Mem.i8(w, wAt + 64 * (in / 4) + BLOCK * (in % 2) + l) & 255;
            int high = Mem.i8(w, wAt + 128 + BLOCK * (in / 4) + l) & 255;
            int six = (low >> 4 * (in % 4 / 2) & 15) | (high >> 2 * (in % 4) & 3) << 4;
            sum += Mem.i8(w, wAt + 192 + 2 * in + l / 16) * (six - 32) * Mem.i8(q, qAt + l);
          }
          float scale =
              Float.float16ToFloat((short) Mem.i16(w, wAt + 208))
                  * Mem.f32(d, 4 * (i * blocks + block));
          acc = F32.fma((float) sum, scale, acc);
          wAt += in == 7 ? 210 : 0;
        }
        Mem.putF32(y, yAt, acc);
        yAt += 4;
      }
    }
  }

  /// {@return a 6-bit integer}
  private static int integer(MemorySegment w, int at, int block, int second) {
    if (block < 4) {
      return Mem.i8(w, at + second + block) & 63;
    }
    int low = Mem.i8(w, at + 4 + block) & 255;
    int high = Mem.i8(w, at + second + block - 4) & 255;
    return (second == 0 ? low & 15 : low >> 4) | high >> 6 << 4;
  }

  /// Weights in single precision.
  public static void linearF32(
      Tile tile, MemorySegment x, MemorySegment w, MemorySegment y, Outputs outputs, int k) {
    int count = tile.count();
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int j = 0; j < outputs.count(); j++) {
        float sum = 0f;
        float chunk = 0f;
        for (int l = 0; l < k; l++) {
          float weight = Mem.f32(w, 4 * ((outputs.from() + j) * k + l));
          chunk = F32.fma(Mem.f32(x, 4 * (i * k + l)), weight, chunk);
          if (l % 256 == 255) {
            sum += chunk;
            chunk = 0f;
          }
        }
        if (k % 256 != 0) {
          sum += chunk;
        }
        Mem.putF32(y, 4 * (i * outputs.width() + outputs.to() + j), sum);
      }
    }
  }

  /// Weights in half precision.
  public static void linearF16(
      Tile tile, MemorySegment x, MemorySegment w, MemorySegment y, Outputs outputs, int k) {
    int count = tile.count();
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int j = 0; j < outputs.count(); j++) {
        float sum = 0f;
        float chunk = 0f;
        for (int l = 0; l < k; l++) {
          float weight =
              Float.float16ToFloat((short) Mem.i16(w, 2 * ((outputs.from() + j) * k + l)));
          chunk = F32.fma(Mem.f32(x, 4 * (i * k + l)), weight, chunk);
          if (l % 256 == 255) {
            sum += chunk;
            chunk = 0f;
          }
        }
        if (k % 256 != 0) {
          sum += chunk;
        }
        Mem.putF32(y, 4 * (i * outputs.width() + outputs.to() + j), sum);
      }
    }
  }

  /// Weights in bfloat16.
  public static void linearBf16(
      Tile tile, MemorySegment x, MemorySegment w, MemorySegment y, Outputs outputs, int k) {
    int count = tile.count();
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int j = 0; j < outputs.count(); j++) {
        float sum = 0f;
        float chunk = 0f;
        for (int l = 0; l < k; l++) {
          float weight = Float.intBitsToFloat(Mem.i16(w, 2 * ((outputs.from() + j) * k + l)) << 16);
          chunk = F32.fma(Mem.f32(x, 4 * (i * k + l)), weight, chunk);
          if (l % 256 == 255) {
            sum += chunk;
            chunk = 0f;
          }
        }
        if (k % 256 != 0) {
          sum += chunk;
        }
        Mem.putF32(y, 4 * (i * outputs.width() + outputs.to() + j), sum);
      }
    }
  }
}

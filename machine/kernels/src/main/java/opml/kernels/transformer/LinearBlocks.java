package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Outputs;
import opml.kernels.layout.Tile;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Products with weights in blocks of 32 that have scales of their own: Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 and IQ4_NL.
///
/// A block is a half-precision scale, in Q4_1 and Q5_1 a minimum, in Q5_0 and Q5_1 the fifth bits of all, and the
/// integers: bytes, or half bytes, of which the lower ones are the first 16.
///
/// All kernels take q and d as [Linear#quantizeRows] makes them, w as rows of `blocks` blocks, and y as (rows, width).
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class LinearBlocks {
  /// Elements of a block.
  private static final int BLOCK = Linear.BLOCK;

  private LinearBlocks() {}

  public static void linearQ80(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 8, false, false);
  }

  public static void linearQ40(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 4, false, false);
  }

  public static void linearQ41(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 4, true, false);
  }

  public static void linearQ50(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 5, false, false);
  }

  public static void linearQ51(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 5, true, false);
  }

  public static void linearIq4nl(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 4, false, true);
  }

  private static void rows(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks,
      int bits,
      boolean min,
      boolean levels) {
    int count = tile.count();
    int rowBytes = blocks * bytes(bits, min);
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int yAt = outputs.at(i);
      int wAt = outputs.from() * rowBytes;
      for (int j = 0; j < outputs.count(); j++) {
        Mem.putF32(y, yAt, dot(q, d, i * blocks, w, wAt, blocks, bits, min, levels));
        yAt += 4;
        wAt += rowBytes;
      }
    }
  }

  /// {@return one output, from block `first` of the one row and byte `wAt` of the other}
  private static float dot(
      MemorySegment q,
      MemorySegment d,
      int first,
      MemorySegment w,
      long wAt,
      int blocks,
      int bits,
      boolean min,
      boolean levels) {
    float y = 0f;
    long qAt = (long) BLOCK * first;
    for (int block = 0; block < blocks; block++) {
      int sum = bits == 8 ? bytes(q, qAt, w, wAt) : codes(q, qAt, w, wAt, bits, min, levels);
      float scale = Mem.f32(d, 4 * (first + block));
      y = F32.fma((float) sum, Halves.at(w, wAt) * scale, y);
      if (min) {
        y = F32.fma((float) Eights.sum(q, qAt, BLOCK), Halves.at(w, wAt + 2) * scale, y);
      }
      qAt += BLOCK;
      wAt += bytes(bits, min);
    }
    return y;
  }

  /// {@return the sum of a block's products}
  private static int bytes(MemorySegment q, long qAt, MemorySegment w, long wAt) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i += 8) {
      sum += Eights.dotBytes(w, wAt + 2 + i, q, qAt + i);
    }
    return sum;
  }

  /// {@return the sum of a block's products}
  private static int codes(
      MemorySegment q, long qAt, MemorySegment w, long wAt, int bits, boolean min, boolean levels) {
    int sum = 0;
    for (int half = 0; half < 2; half++) {
      long word = word(w, wAt, half, bits, min);
      for (int high = 0; high < 2; high++) {
        long at = qAt + 16 * high + 8 * half;
        long eight = eight(w, wAt, word, half, high, bits, min);
        sum += levels ? Eights.dotLevels(eight, q, at) : Eights.dot(eight, zero(bits, min), q, at);
      }
    }
    return sum;
  }

  /// {@return how long a block is}
  static int bytes(int bits, boolean min) {
    return (min ? 4 : 2) + bits * BLOCK / 8;
  }

  /// {@return the code of zero}
  static int zero(int bits, boolean min) {
    return min ? 0 : 1 << bits - 1;
  }

  /// {@return eight bytes with half a block's half bytes}
  ///
  /// @param at of the block
  static long word(MemorySegment w, long at, int half, int bits, boolean min) {
    return Eights.at(w, at + (min ? 4 : 2) + (bits == 5 ? 4 : 0) + 8 * half, bits == 5 && min);
  }

  /// {@return the codes of the lower half bytes of a word, or of the higher ones}
  static long eight(
      MemorySegment w, long at, long word, int half, int high, int bits, boolean min) {
    long low = word >>> 4 * high & Eights.NIBBLES;
    return bits == 5
        ? low | Eights.spread(Mem.i8(w, at + (min ? 4 : 2) + 2 * high + half) & 255) >>> 3
        : low;
  }

  /// {@return the codes of one of the four parts of a block}
  static long eight(MemorySegment w, long at, int part, int bits, boolean min) {
    if (bits == 8) {
      return Eights.ofSigned(Eights.at(w, at + 2 + 8 * part, false));
    }
    int half = part & 1;
    return eight(w, at, word(w, at, half, bits, min), half, part >> 1, bits, min);
  }
}

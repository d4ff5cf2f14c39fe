package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// GGML's K types, Q2_K to Q6_K, each told by its bits: 256 weights, eight blocks of 32, share a half-precision scale,
/// and where codes are counted from a minimum, also that in half precision. For each block, or each group of 16 in it,
/// there are small integers that multiply these.
///
/// The lower bits of a code lie two or four to a byte, those of a third, fifth and sixth bit apart from them.
/// Superblocks of Q4_K and Q5_K begin at multiples of 8, the others at even places.
@SuppressWarnings("NarrowCalculation") // of small numbers
final class KQuants {
  /// Blocks of 32 in a superblock.
  static final int BLOCKS = 8;

  /// Weights in a superblock.
  static final int SIZE = 256;

  private KQuants() {}

  /// {@return how long a superblock is}
  static int bytes(int bits) {
    return bits == 2 ? 84 : bits == 3 ? 110 : bits == 4 ? 144 : bits == 5 ? 176 : 210;
  }

  /// {@return how many scales a block has}
  static int groups(int bits) {
    return bits == 4 || bits == 5 ? 1 : 2;
  }

  static boolean hasMins(int bits) {
    return bits != 3 && bits != 6;
  }

  /// {@return the code of zero}
  static int zero(int bits) {
    return bits == 3 ? 4 : bits == 6 ? 32 : 0;
  }

  /// {@return the scale of a superblock}
  static float scale(MemorySegment w, long at, int bits) {
    return Halves.at(w, at + (bits == 2 ? 80 : bits == 3 ? 108 : bits == 6 ? 208 : 0));
  }

  /// {@return the minimum of a superblock}
  static float min(MemorySegment w, long at, int bits) {
    return Halves.at(w, at + (bits == 2 ? 82 : 2));
  }

  /// {@return what multiplies the scale}
  static int scale(MemorySegment w, long at, int block, int group, int bits) {
    int number = 2 * block + group;
    if (bits == 2) {
      return Mem.i8(w, at + number) & 15;
    }
    if (bits == 3) {
      int low = Mem.i8(w, at + 96 + (number & 7)) >> 4 * (number >> 3) & 15;
      int high = Mem.i8(w, at + 104 + (number & 3)) >> 2 * (number >> 2) & 3;
      return (low | high << 4) - 32;
    }
    if (bits == 6) {
      return Mem.i8(w, at + 192 + number);
    }
    return block < 4
        ? Mem.i8(w, at + 4 + block) & 63
        : Mem.i8(w, at + 8 + block) & 15 | (Mem.i8(w, at + block) & 192) >> 2;
  }

  /// {@return what multiplies the minimum}
  static int min(MemorySegment w, long at, int block, int group, int bits) {
    if (bits == 2) {
      return Mem.i8(w, at + 2 * block + group) >> 4 & 15;
    }
    return block < 4
        ? Mem.i8(w, at + 8 + block) & 63
        : Mem.i8(w, at + 8 + block) >> 4 & 15 | (Mem.i8(w, at + 4 + block) & 192) >> 2;
  }

  /// {@return the codes of one of the four parts of a block}
  static long eight(MemorySegment w, long at, int block, int part, int bits) {
    boolean aligned = bits == 4 || bits == 5;
    long from = at + 8 * part;
    long low =
        Eights.at(w, from + lowAt(block, bits), aligned) >>> lowShift(block, bits)
            & (bits < 4 ? Eights.PAIRS : Eights.NIBBLES);
    if (bits == 2 || bits == 4) {
      return low;
    }
    int highAt = bits == 3 ? 0 : bits == 5 ? 16 : 128 + 32 * (block >> 2);
    long high = Eights.at(w, from + highAt, aligned);
    return bits == 6
        ? low | (high >>> 2 * (block & 3) & Eights.PAIRS) << 4
        : low | (high >>> block & Eights.ONES) << (bits == 3 ? 2 : 4);
  }

  /// {@return where the lower bits of a block begin}
  private static int lowAt(int block, int bits) {
    if (bits == 6) {
      return 64 * (block >> 2) + 32 * (block & 1);
    }
    return bits < 4
        ? (bits == 2 ? 16 : 32) + 32 * (block >> 2)
        : (bits == 4 ? 16 : 48) + 32 * (block >> 1);
  }

  /// {@return where they are in their bytes}
  private static int lowShift(int block, int bits) {
    if (bits == 6) {
      return 2 * (block & 2);
    }
    return bits < 4 ? 2 * (block & 3) : 4 * (block & 1);
  }
}

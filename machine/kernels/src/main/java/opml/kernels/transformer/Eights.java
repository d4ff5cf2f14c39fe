package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Eight small codes in a long, an unsigned byte each, the first in the lowest: what every format of weights is taken
/// apart into, and what is multiplied from there. A code stands for the integer that is less by its format's zero, or
/// for a level.
@SuppressWarnings("NarrowCalculation") // of small numbers
final class Eights {
  /// A one in every byte.
  static final long ONES = 0x0101010101010101L;

  /// The lower half of every byte.
  static final long NIBBLES = 0x0f * ONES;

  /// The lowest two bits of every byte.
  static final long PAIRS = 0x03 * ONES;

  /// The highest bit of every byte.
  private static final long SIGNS = 0x8080808080808080L;

  /// A one in every lane of 16 bits.
  private static final long LANES = 0x0001000100010001L;

  /// The lower byte of every lane.
  private static final long EVEN = 0xff * LANES;

  /// What the four bits of IQ4_NL and IQ4_XS stand for.
  private static final byte[] LEVELS = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private Eights() {}

  /// {@return the eight bytes at an even place}
  ///
  /// @param aligned whether it is a multiple of 8
  static long at(MemorySegment w, long at, boolean aligned) {
    if (aligned) {
      return Mem.i64(w, at);
    }
    return Mem.i16(w, at) & 0xffffL
        | (Mem.i16(w, at + 2) & 0xffffL) << 16
        | (Mem.i16(w, at + 4) & 0xffffL) << 32
        | (long) Mem.i16(w, at + 6) << 48;
  }

  /// {@return eight bytes, of which each is 128 where its bit is set, the lowest bit for the first, else 0}
  ///
  /// @param bits below 256
  static long spread(long bits) {
    return (bits * ONES & 0x8040201008040201L) + 0x7f * ONES & SIGNS;
  }

  /// {@return codes with the zero 128 for eight signed bytes}
  static long ofSigned(long eight) {
    return eight ^ SIGNS;
  }

  /// {@return codes with the zero 128 for eight integers, negated where a bit is set}
  ///
  /// @param eight integers from 1 to 127
  static long signed(long eight, long bits) {
    long ones = spread(bits) >>> 7;
    return ofSigned((eight ^ ones * 0xff) + ones);
  }

  /// {@return the sum of the integers' products with eight bytes of q}
  ///
  /// The four integers at even places are the coefficients of a polynomial in 2^16, and their bytes of q those of
  /// another, in the opposite order. In the product, of which 64 bits are enough, 2^48 has the sum wanted as its
  /// coefficient, and half of 2^48 rounds off what is below. Likewise for those at odd places. All that holds for
  /// integers up to 63: then no coefficient reaches 2^15.
  static int dot(long eight, int zero, MemorySegment q, long at) {
    long turned = Mem.i64(q, at) ^ SIGNS;
    turned = turned >>> 32 | turned << 32;
    turned = (turned & 0x0000ffff0000ffffL) << 16 | turned >>> 16 & 0x0000ffff0000ffffL;
    long even = ((eight & EVEN) - zero * LANES) * ((turned & EVEN) - 128 * LANES);
    long odd = ((eight >>> 8 & EVEN) - zero * LANES) * ((turned >>> 8 & EVEN) - 128 * LANES);
    return (int) (even + (1L << 47) >> 48) + (int) (odd + (1L << 47) >> 48);
  }

  /// {@return the sum of the levels' products with eight bytes of q}
  static int dotLevels(long eight, MemorySegment q, long at) {
    return level(eight, 0) * Mem.i8(q, at)
        + level(eight, 1) * Mem.i8(q, at + 1)
        + level(eight, 2) * Mem.i8(q, at + 2)
        + level(eight, 3) * Mem.i8(q, at + 3)
        + level(eight, 4) * Mem.i8(q, at + 4)
        + level(eight, 5) * Mem.i8(q, at + 5)
        + level(eight, 6) * Mem.i8(q, at + 6)
        + level(eight, 7) * Mem.i8(q, at + 7);
  }

  private static int level(long eight, int i) {
    return LEVELS[(int) (eight >>> 8 * i & 15)];
  }

  /// {@return the sum of the products of eight bytes of w with eight of q}
  static int dotBytes(MemorySegment w, long wAt, MemorySegment q, long at) {
    return Mem.i8(w, wAt) * Mem.i8(q, at)
        + Mem.i8(w, wAt + 1) * Mem.i8(q, at + 1)
        + Mem.i8(w, wAt + 2) * Mem.i8(q, at + 2)
        + Mem.i8(w, wAt + 3) * Mem.i8(q, at + 3)
        + Mem.i8(w, wAt + 4) * Mem.i8(q, at + 4)
        + Mem.i8(w, wAt + 5) * Mem.i8(q, at + 5)
        + Mem.i8(w, wAt + 6) * Mem.i8(q, at + 6)
        + Mem.i8(w, wAt + 7) * Mem.i8(q, at + 7);
  }

  /// {@return the sum of `count` bytes of q, a multiple of 8 up to 64}
  static int sum(MemorySegment q, long at, int count) {
    long pairs = 0;
    for (int i = 0; i < count; i += 8) {
      long biased = Mem.i64(q, at + i) ^ SIGNS;
      pairs += (biased & EVEN) + (biased >>> 8 & EVEN);
    }
    return (int) (pairs * LANES >>> 48) - 128 * count;
  }

  /// Writes eight floats, `fma((float) (scale · integer), d, add)` each.
  static void put(
      long eight,
      int zero,
      boolean levels,
      MemorySegment y,
      long at,
      int scale,
      float d,
      float add) {
    for (int i = 0; i < 8; i++) {
      int value = levels ? level(eight, i) : (int) (eight >>> 8 * i & 255) - zero;
      Mem.putF32(y, at + 4 * i, F32.fma((float) (scale * value), d, add));
    }
  }
}

package opml.kernels.softfloat;

/// Counting and rotating bits, as the methods of the same names of `Integer` and `Long` do (after Warren, Hacker's
/// Delight, chapters 2 and 5).
public final class Bits {
  private Bits() {}

  public static int numberOfLeadingZeros(int value) {
    return numberOfLeadingZeros(value & 0xffffffffL) - 32;
  }

  public static int numberOfLeadingZeros(long value) {
    if (value == 0) {
      return 64;
    }
    int zeros = 0;
    if (value >>> 32 == 0) {
      zeros += 32;
      value <<= 32;
    }
    if (value >>> 48 == 0) {
      zeros += 16;
      value <<= 16;
    }
    if (value >>> 56 == 0) {
      zeros += 8;
      value <<= 8;
    }
    if (value >>> 60 == 0) {
      zeros += 4;
      value <<= 4;
    }
    if (value >>> 62 == 0) {
      zeros += 2;
      value <<= 2;
    }
    return value < 0 ? zeros : zeros + 1;
  }

  /// The bits below the lowest set one are those set in `~value & (value - 1)`.
  public static int numberOfTrailingZeros(int value) {
    return 32 - numberOfLeadingZeros(~value & (value - 1));
  }

  public static int numberOfTrailingZeros(long value) {
    return 64 - numberOfLeadingZeros(~value & (value - 1));
  }

  public static int bitCount(int value) {
    return bitCount(value & 0xffffffffL);
  }

  /// Sums in fields of 2, 4 and 8 bits; the multiplication adds the eight bytes into the highest.
  public static int bitCount(long value) {
    value -= (value >>> 1) & 0x5555555555555555L;
    value = (value & 0x3333333333333333L) + ((value >>> 2) & 0x3333333333333333L);
    value = (value + (value >>> 4)) & 0x0f0f0f0f0f0f0f0fL;
    return (int) ((value * 0x0101010101010101L) >>> 56);
  }

  public static int rotateLeft(int value, int distance) {
    return (value << distance) | (value >>> -distance);
  }

  public static int rotateRight(int value, int distance) {
    return (value >>> distance) | (value << -distance);
  }

  public static long rotateLeft(long value, int distance) {
    return (value << distance) | (value >>> -distance);
  }

  public static long rotateRight(long value, int distance) {
    return (value >>> distance) | (value << -distance);
  }
}

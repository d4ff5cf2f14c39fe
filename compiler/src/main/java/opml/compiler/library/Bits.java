package opml.compiler.library;

import opml.kernels.softfloat.SoftFloat;

/// What RV64IM has no instruction for, in kernel Java. The methods of `Integer`, `Long` and `Math` with these meanings
/// are compiled as calls of these.
public final class Bits {
  private Bits() {}

  public static int min(int a, int b) {
    return a <= b ? a : b;
  }

  public static int max(int a, int b) {
    return a >= b ? a : b;
  }

  public static long min(long a, long b) {
    return a <= b ? a : b;
  }

  public static long max(long a, long b) {
    return a >= b ? a : b;
  }

  /// {@return the number of zeros above the highest one; 64 for 0} Six halvings (Warren, Hacker's Delight, 5-3).
  public static int leadingZeros(long x) {
    int zeros = 0;
    if (x >>> 32 == 0) {
      zeros = 32;
      x <<= 32;
    }
    if (x >>> 48 == 0) {
      zeros += 16;
      x <<= 16;
    }
    if (x >>> 56 == 0) {
      zeros += 8;
      x <<= 8;
    }
    if (x >>> 60 == 0) {
      zeros += 4;
      x <<= 4;
    }
    if (x >>> 62 == 0) {
      zeros += 2;
      x <<= 2;
    }
    if (x < 0) {
      return zeros;
    }
    return x == 0 ? 64 : zeros + 1;
  }

  public static int leadingZeros(int x) {
    return leadingZeros((long) x << 32 | 0x80000000L);
  }

  public static int trailingZeros(long x) {
    return x == 0 ? 64 : 63 - leadingZeros(x & -x);
  }

  public static int trailingZeros(int x) {
    return trailingZeros(x | 1L << 32);
  }

  /// {@return the number of ones, by sums of neighbouring fields (Hacker's Delight, 5-1)}
  public static int bitCount(long x) {
    x -= x >>> 1 & 0x5555555555555555L;
    x = (x & 0x3333333333333333L) + (x >>> 2 & 0x3333333333333333L);
    x = x + (x >>> 4) & 0x0f0f0f0f0f0f0f0fL;
    return (int) (x * 0x0101010101010101L >>> 56);
  }

  public static int bitCount(int x) {
    return bitCount(x & 0xffffffffL);
  }

  public static int rotateLeft(int x, int distance) {
    return x << distance | x >>> -distance;
  }

  public static int rotateRight(int x, int distance) {
    return x >>> distance | x << -distance;
  }

  public static long rotateLeft(long x, int distance) {
    return x << distance | x >>> -distance;
  }

  public static long rotateRight(long x, int distance) {
    return x >>> distance | x << -distance;
  }

  /// {@return the 16 bits of the nearest half, sign-extended as a `short` is}
  public static int toHalf(int bits) {
    return (short) SoftFloat.toHalf(bits);
  }
}

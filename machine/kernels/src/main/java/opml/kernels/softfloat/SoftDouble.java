package opml.kernels.softfloat;

import opml.kernels.memory.Trips;

/// IEEE 754 binary64 in integers, on which kernels of doubles are built, natively and in the machine alike: doubles are
/// passed as their bits, rounding is to nearest even, subnormals are kept, and every NaN that comes out is
/// 0x7ff8000000000000. `spec/numerics.md` is the contract.
///
/// As in [SoftFloat], bits that are shifted out set the lowest one that is left ("jammed"), which keeps a number on its
/// side of every rounding boundary as long as two bits below the significand are left.
public final class SoftDouble {
  public static final long NAN = 0x7ff8000000000000L;
  public static final long INFINITY = 0x7ff0000000000000L;
  public static final long ONE = 0x3ff0000000000000L;

  private static final long SIGN = 1L << 63;
  private static final long MAGNITUDE = Long.MAX_VALUE;

  /// The leading bit of a normal number's significand, which its bits do not show.
  private static final long HIDDEN = 1L << 52;

  private static final long FRACTION = HIDDEN - 1;
  private static final int MOST = 2047;

  /// Exponent for [#round] at which the sum's unit is one.
  private static final int UNIT = 1084;

  private SoftDouble() {}

  public static boolean isNan(long a) {
    return (a & MAGNITUDE) > INFINITY;
  }

  /// {@return the number with the other sign; a NaN stays}
  public static long neg(long a) {
    return isNan(a) ? NAN : a ^ SIGN;
  }

  public static long abs(long a) {
    return isNan(a) ? NAN : a & MAGNITUDE;
  }

  public static long sub(long a, long b) {
    return add(a, b ^ SIGN);
  }

  /// Of both significands, shifted left by nine, the one with the smaller exponent is shifted right; the value of 1 is
  /// then 2^(exponent - UNIT), exponent the greater one of both.
  public static long add(long a, long b) {
    int ea = exponent(a);
    int eb = exponent(b);
    if (ea == MOST || eb == MOST) {
      if (isNan(a) || isNan(b) || (ea == eb && a != b)) {
        return NAN;
      }
      return ea == MOST ? a : b;
    }
    long x = significand(a) << 9;
    long y = significand(b) << 9;
    ea = Math.max(ea, 1);
    eb = Math.max(eb, 1);
    if (ea < eb) {
      x = jammed(x, eb - ea);
    } else {
      y = jammed(y, ea - eb);
    }
    int exponent = Math.max(ea, eb);
    if ((a ^ b) >= 0) {
      return x + y == 0 ? a : round(a & SIGN, exponent, x + y);
    }
    if (x == y) {
      return 0;
    }
    return x > y ? round(a & SIGN, exponent, x - y) : round(b & SIGN, exponent, y - x);
  }

  public static long mul(long a, long b) {
    long sign = (a ^ b) & SIGN;
    long x = a & MAGNITUDE;
    long y = b & MAGNITUDE;
    if (x >= INFINITY || y >= INFINITY) {
      return x > INFINITY || y > INFINITY || x == 0 || y == 0 ? NAN : sign | INFINITY;
    }
    if (x == 0 || y == 0) {
      return sign;
    }
    int exponent = normalExponent(x) + normalExponent(y) - 1023;
    x = normal(x) << 11;
    y = normal(y) << 10;
    long high = Math.unsignedMultiplyHigh(x, y);
    return round(sign, exponent, x * y == 0 ? high : high | 1);
  }

  /// Ten bits of the quotient at a time: a remainder has 53 bits, and so room for as many more.
  public static long div(long a, long b) {
    long sign = (a ^ b) & SIGN;
    long x = a & MAGNITUDE;
    long y = b & MAGNITUDE;
    if (x >= INFINITY || y >= INFINITY) {
      if (x > INFINITY || y > INFINITY || x == y) {
        return NAN;
      }
      return x == INFINITY ? sign | INFINITY : sign;
    }
    if (x == 0 || y == 0) {
      if (x == y) {
        return NAN;
      }
      return y == 0 ? sign | INFINITY : sign;
    }
    int exponent = normalExponent(x) - normalExponent(y) - 60 + UNIT;
    long divisor = normal(y);
    long rest = normal(x);
    long quotient = 0;
    for (int i = 0; i < 7; i++) {
      long digits = rest / divisor;
      quotient = quotient << 10 | digits;
      rest = (rest - digits * divisor) << 10;
    }
    return round(sign, exponent, rest == 0 ? quotient : quotient | 1);
  }

  /// Digit by digit, as on paper: two bits of the square at a time, of which there are 54 and then zeros, make one of
  /// the root.
  public static long sqrt(long a) {
    if (a << 1 == 0) {
      return a; // keeps the sign
    }
    if (a < 0 || a > INFINITY) {
      return NAN;
    }
    if (a == INFINITY) {
      return a;
    }
    int exponent = normalExponent(a) - 1075;
    long square = normal(a);
    if ((exponent & 1) != 0) {
      square <<= 1;
      exponent--;
    }
    long root = 0;
    long rest = 0;
    for (int i = 0; i < 58; i++) {
      rest = rest << 2 | ((square >>> 52) & 3);
      square <<= 2;
      long candidate = root << 2 | 1;
      root <<= 1;
      if (rest >= candidate) {
        rest -= candidate;
        root |= 1;
      }
    }
    return round(0, exponent / 2 - 31 + UNIT, rest == 0 ? root : root | 1);
  }

  /// {@return a·b + c, rounded once}
  ///
  /// Product and addend in 128 bits, with the leading bit at 123 or 124 and at 124: the product's lowest 19 bits are 0,
  /// so that whichever is shifted right loses bits only where the other one is far greater.
  public static long fma(long a, long b, long c) {
    long x = a & MAGNITUDE;
    long y = b & MAGNITUDE;
    long z = c & MAGNITUDE;
    long sign = (a ^ b) & SIGN;
    if (x >= INFINITY || y >= INFINITY) {
      if (x > INFINITY || y > INFINITY || z > INFINITY || x == 0 || y == 0) {
        return NAN;
      }
      return z == INFINITY && c != (sign | INFINITY) ? NAN : sign | INFINITY;
    }
    if (z >= INFINITY) {
      return z > INFINITY ? NAN : c;
    }
    if (x == 0 || y == 0) {
      return z == 0 && sign != (c & SIGN) ? 0 : c; // unlike zeros add to +0
    }
    int exponent = normalExponent(x) + normalExponent(y) - 2169;
    x = normal(x) << 9;
    y = normal(y) << 10;
    long high = Math.unsignedMultiplyHigh(x, y);
    long low = x * y;
    if (z != 0) {
      long addHigh = normal(z) << 8;
      long addLow = 0;
      int shift = normalExponent(z) - 1147 - exponent;
      if (shift > 0) {
        exponent += shift;
        long jam = jammedLow(high, low, shift);
        high = shift < 64 ? high >>> shift : 0;
        low = jam;
      } else {
        addLow = jammedLow(addHigh, 0, -shift);
        addHigh = -shift < 64 ? addHigh >>> -shift : 0;
      }
      if (sign == (c & SIGN)) {
        low += addLow;
        high += addHigh + (Long.compareUnsigned(low, addLow) < 0 ? 1 : 0);
      } else {
        long borrow = Long.compareUnsigned(low, addLow) < 0 ? 1 : 0;
        low -= addLow;
        high -= addHigh + borrow;
        if (high < 0) {
          sign ^= SIGN;
          low = -low;
          high = low == 0 ? -high : ~high;
        }
      }
    }
    if (high == 0) {
      if (low == 0) {
        return 0;
      }
      return round(sign, exponent + UNIT + 1, low >>> 1 | (low & 1));
    }
    int up = Bits.numberOfLeadingZeros(high) - 1; // at least 1: the sum is below 2^126
    long sum = high << up | low >>> (64 - up);
    return round(sign, exponent + UNIT + 64 - up, low << up == 0 ? sum : sum | 1);
  }

  /// {@return the lower half of 128 bits shifted right, its lowest bit set if a one was lost}
  ///
  /// @param shift at least 0
  private static long jammedLow(long high, long low, int shift) {
    if (shift == 0) {
      return low;
    }
    if (shift < 64) {
      return high << (64 - shift) | low >>> shift | (low << (64 - shift) != 0 ? 1 : 0);
    }
    return jammed(high, shift - 64) | (low != 0 ? 1 : 0);
  }

  /// {@return -1, 0 or 1; of a NaN 2}
  public static int compare(long a, long b) {
    if (isNan(a) || isNan(b)) {
      return 2;
    }
    // Signed magnitudes as integers: both zeros become 0.
    return Long.compare(a < 0 ? SIGN - a : a, b < 0 ? SIGN - b : b);
  }

  /// Java's `Math.min`: NaN wins, and -0 is below +0.
  public static long min(long a, long b) {
    if (isNan(a) || isNan(b)) {
      return NAN;
    }
    return total(a) <= total(b) ? a : b;
  }

  /// Java's `Math.max`: NaN wins, and -0 is below +0.
  public static long max(long a, long b) {
    if (isNan(a) || isNan(b)) {
      return NAN;
    }
    return total(a) >= total(b) ? a : b;
  }

  /// {@return an integer in the order of the numbers, -0 right below +0}
  private static long total(long a) {
    return a ^ ((a >> 63) >>> 1);
  }

  public static long floor(long a) {
    int exponent = exponent(a) - 1023;
    if (exponent >= 52) {
      return isNan(a) ? NAN : a;
    }
    if (exponent < 0) {
      return a << 1 == 0 ? a : a < 0 ? SIGN | ONE : 0;
    }
    long fraction = FRACTION >>> exponent;
    return (a < 0 ? a + fraction : a) & ~fraction;
  }

  public static long ceil(long a) {
    return neg(floor(a ^ SIGN));
  }

  /// {@return the nearest integer, ties to even}
  public static long rne(long a) {
    int exponent = exponent(a) - 1023;
    if (exponent >= 52) {
      return isNan(a) ? NAN : a;
    }
    if (exponent < 0) {
      return (a & MAGNITUDE) > 0x3fe0000000000000L ? (a & SIGN) | ONE : a & SIGN;
    }
    // The unit's bit: where it is the hidden one, the exponent's lowest bit stands there, which is
    // 1, too.
    long unit = HIDDEN >>> exponent;
    long odd = (a & unit) != 0 ? 1 : 0;
    return (a + (unit >>> 1) - 1 + odd) & -unit;
  }

  /// {@return x - y·trunc(x / y)}, C's `fmod`, exact: it has the sign of x; NaN if x is infinite or y is 0.
  public static long remainder(long x, long y) {
    long a = x & MAGNITUDE;
    long b = y & MAGNITUDE;
    if (a >= INFINITY || b > INFINITY || b == 0) {
      return NAN;
    }
    if (a < b) {
      return x;
    }
    int exponent = Math.max(exponent(b), 1);
    int shift = Math.max(exponent(a), 1) - exponent;
    long divisor = significand(b);
    long rest = significand(a) % divisor;
    while (shift > 0) {
      Trips.atMost(205);
      int step = Math.min(shift, 10);
      rest = (rest << step) % divisor;
      shift -= step;
    }
    return rest == 0 ? x & SIGN : round(x & SIGN, exponent - 1075 + UNIT, rest);
  }

  public static long fromLong(long value) {
    if (value == Long.MIN_VALUE) {
      return 0xc3e0000000000000L; // its magnitude is no long
    }
    return value == 0 ? 0 : round(value & SIGN, UNIT, Math.abs(value));
  }

  /// {@return the nearest number to 64 bits without a sign}
  public static long fromUnsigned(long value) {
    return value >= 0 ? fromLong(value) : round(0, UNIT + 1, value >>> 1 | (value & 1));
  }

  /// {@return 64 bits, signed or not, as a number that is cut off to 53 bits, the last of which is set if others were
  /// lost}: of it any shorter number is rounded as of the integer itself.
  public static long toOdd(long value, boolean unsigned) {
    if (value == 0) {
      return 0;
    }
    boolean negative = !unsigned && value < 0;
    long size = negative ? -value : value;
    int up = Bits.numberOfLeadingZeros(size);
    long cut = size << up >>> 11;
    if (cut << 11 != size << up) {
      cut |= 1;
    }
    // The hidden bit adds one to the exponent.
    return (negative ? SIGN : 0) | (((long) (1085 - up) << 52) + cut);
  }

  /// Java's cast: towards zero, saturating, 0 for NaN.
  public static long toLong(long a) {
    int exponent = exponent(a);
    if (exponent < 1023) {
      return 0;
    }
    if (exponent >= 1086) {
      return isNan(a) ? 0 : a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    long magnitude = magnitude(a, exponent);
    return a < 0 ? -magnitude : magnitude;
  }

  /// {@return the number cut off to 64 bits without a sign}: 0 of a negative one and of NaN, all ones above.
  public static long toUnsigned(long a) {
    int exponent = exponent(a);
    if (a < 0 || exponent < 1023 || isNan(a)) {
      return 0;
    }
    return exponent >= 1087 ? -1 : magnitude(a, exponent);
  }

  private static long magnitude(long a, int exponent) {
    long significand = (a & FRACTION) | HIDDEN;
    return exponent >= 1075 ? significand << (exponent - 1075) : significand >>> (1075 - exponent);
  }

  /// {@return a float's number}
  public static long fromFloat(int a) {
    int exponent = (a >>> 23) & 255;
    long sign = (long) (a & 0x80000000) << 32;
    long fraction = a & 0x7fffff;
    if (exponent == 255) {
      return fraction != 0 ? NAN : sign | INFINITY;
    }
    if (exponent == 0) {
      return fraction == 0 ? sign : round(sign, UNIT - 149, fraction);
    }
    return sign | (long) (exponent + 896) << 52 | fraction << 29;
  }

  /// {@return the nearest float's bits}
  public static int toFloat(long a) {
    if (isNan(a)) {
      return 0x7fc00000;
    }
    int sign = (int) (a >>> 32) & 0x80000000;
    int exponent = exponent(a) - 896; // the float's
    if (exponent >= 255) {
      return sign | 0x7f800000;
    }
    long significand = significand(a);
    int drop = 29;
    if (exponent < 1) {
      drop = Math.min(30 - exponent, 63);
      exponent = 1;
    }
    long odd = (significand >>> drop) & 1;
    long kept = (significand + (1L << (drop - 1)) - 1 + odd) >>> drop;
    return sign | (((exponent - 1) << 23) + (int) kept);
  }

  private static int exponent(long a) {
    return (int) (a >>> 52) & MOST;
  }

  private static long significand(long a) {
    return exponent(a) == 0 ? a & FRACTION : (a & FRACTION) | HIDDEN;
  }

  /// {@return the exponent that a number has whose significand [#normal] has}
  private static int normalExponent(long magnitude) {
    int exponent = exponent(magnitude);
    return exponent == 0 ? 12 - Bits.numberOfLeadingZeros(magnitude) : exponent;
  }

  /// {@return the significand, its leading bit at 52}
  private static long normal(long magnitude) {
    return exponent(magnitude) == 0
        ? magnitude << (Bits.numberOfLeadingZeros(magnitude) - 11)
        : (magnitude & FRACTION) | HIDDEN;
  }

  /// {@return the value shifted right, its lowest bit set if a one was lost}
  private static long jammed(long value, int shift) {
    if (shift > 63) {
      return value != 0 ? 1 : 0;
    }
    long kept = value >>> shift;
    return kept << shift == value ? kept : kept | 1;
  }

  /// {@return the number nearest to `±sum · 2^(exponent - UNIT)`, ties to even}
  ///
  /// @param sign the highest bit, or 0
  /// @param sum in 1..2^63-1, of which bits lost earlier may have set the lowest one
  private static long round(long sign, int exponent, long sum) {
    int up = Bits.numberOfLeadingZeros(sum) - 1;
    sum <<= up;
    exponent -= up;

    // Now the exponent is the number's biased one less 1, since the hidden bit will be added to it.
    if (exponent < 0) {
      sum = jammed(sum, -exponent);
      exponent = 0;
    } else if (exponent > MOST - 2) {
      return sign | INFINITY;
    }

    // Half up, except that with nothing below the half a tie goes to even. A carry moves into the
    // exponent.
    long odd = (sum >>> 10) & 1;
    return sign | (((long) exponent << 52) + ((sum + 511 + odd) >>> 10));
  }
}

package opml.kernels.softfloat;

/// IEEE 754 binary32 in integers: floats are passed as their bits, rounding is to nearest even, subnormals are kept,
/// and every NaN that comes out is 0x7fc00000. `spec/numerics.md` is the contract.
///
/// There is one hard method, [#fma]: addition is `a · 1 + b` and multiplication `a · b ± 0`, both exactly what IEEE 754
/// asks for. It brings product and addend to one binary point in 64-bit integers, where they fit with bits to spare:
///
/// ```
///   product  (24 bits << 7) · (24 bits << 7)   top bit at 60 or 61
///   addend    24 bits << 38                    top bit at 61
/// ```
///
/// The one with the smaller exponent is shifted right, and its lowest bit is set if a one was lost ("jammed": to odd),
/// so that the sum still lies on the right side of every rounding boundary: where bits are lost, the sum's top bit is
/// at 36 or above, and rounding looks at 25 bits. Subnormal operands need no normalising for that, only a missing
/// hidden bit: a subnormal factor still leaves the product at least 37 bits, and next to a subnormal addend the
/// rounding boundary of the result is itself at bit 38.
public final class SoftFloat {
  private static final int SIGN = 0x80000000;
  private static final int MAGNITUDE = 0x7fffffff;
  private static final int INFINITY = 0x7f800000;
  private static final int NAN = 0x7fc00000;
  private static final int ONE = 0x3f800000;

  /// The leading bit of a normal float's significand, which its bits do not show.
  private static final int HIDDEN = 0x800000;

  private static final int FRACTION = 0x7fffff;

  /// Exponent for [#round] at which the sum's unit is one.
  private static final int UNIT = 188;

  private SoftFloat() {}

  public static int add(int a, int b) {
    return fma(a, ONE, b);
  }

  public static int sub(int a, int b) {
    return fma(a, ONE, b ^ SIGN);
  }

  /// The addend is a zero of the product's sign, which changes no product, not even a zero.
  public static int mul(int a, int b) {
    return fma(a, b, (a ^ b) & SIGN);
  }

  /// {@return a·b + c, rounded once}
  ///
  /// Called for every product of a float dot: no calls, and each test in the way of ordinary numbers is one branch. Its
  /// end is that of [#round], repeated for that reason.
  public static int fma(int a, int b, int c) {
    int ea = (a >>> 23) & 255;
    int eb = (b >>> 23) & 255;
    int ec = (c >>> 23) & 255;
    if (ea == 255 || eb == 255) {
      if ((a & MAGNITUDE) > INFINITY || (b & MAGNITUDE) > INFINITY || (c & MAGNITUDE) > INFINITY) {
        return NAN;
      }
      int product = ((a ^ b) & SIGN) | INFINITY;
      return a << 1 == 0 || b << 1 == 0 || (ec == 255 && c != product) ? NAN : product;
    }
    if (ec == 255) {
      return c << 9 == 0 ? c : NAN;
    }

    long x = ((long) (a | HIDDEN) << 40) >>> 33;
    long y = ((long) (b | HIDDEN) << 40) >>> 33;
    long addend = ((long) (c | HIDDEN) << 40) >>> 2;
    if (ea == 0 || eb == 0) {
      if (a << 1 == 0 || b << 1 == 0) {
        return c << 1 == 0 && (a ^ b ^ c) < 0 ? 0 : c; // unlike zeros add to +0
      }
      if (ea == 0) {
        x = ((long) a << 40) >>> 33;
        ea = 1;
      }
      if (eb == 0) {
        y = ((long) b << 40) >>> 33;
        eb = 1;
      }
    }
    if (ec == 0) {
      addend = ((long) c << 40) >>> 2;
      ec = 1;
    }
    long product = x * y;

    // Align: from here on the value of 1 is 2^(exponent - UNIT).
    int exponent = ec;
    int shift = ea + eb - ec - 126;
    if (shift >= 0) {
      exponent += shift;
      if (shift < 62) {
        long kept = addend >>> shift;
        addend = kept << shift == addend ? kept : kept | 1;
      } else if (addend != 0) {
        addend = 1;
      }
    } else {
      shift = -shift;
      if (shift < 62) {
        long kept = product >>> shift;
        product = kept << shift == product ? kept : kept | 1;
      } else {
        product = 1; // it was not 0
      }
    }

    int sign = a ^ b;
    long sum;
    if ((sign ^ c) >= 0) {
      sum = product + addend;
    } else {
      sum = product - addend;
      if (sum <= 0) {
        if (sum == 0) {
          return 0;
        }
        sum = -sum;
        sign = c;
      }
    }

    // As in round(), but a sum without much cancellation, whose top bit is at 60 or above, is ready
    // sooner.
    if (sum >>> 62 == 0) {
      if (sum >>> 61 != 0) {
        sum <<= 1;
        exponent -= 1;
      } else if (sum >>> 60 != 0) {
        sum <<= 2;
        exponent -= 2;
      } else {
        if (sum >>> 31 == 0) {
          sum <<= 32;
          exponent -= 32;
        }
        if (sum >>> 47 == 0) {
          sum <<= 16;
          exponent -= 16;
        }
        if (sum >>> 55 == 0) {
          sum <<= 8;
          exponent -= 8;
        }
        if (sum >>> 59 == 0) {
          sum <<= 4;
          exponent -= 4;
        }
        if (sum >>> 61 == 0) {
          sum <<= 2;
          exponent -= 2;
        }
        if (sum >>> 62 == 0) {
          sum <<= 1;
          exponent -= 1;
        }
      }
    }
    if (Integer.compareUnsigned(exponent, 253) > 0) {
      if (exponent >= 0) {
        return (sign & SIGN) | INFINITY;
      }
      sum >>>= -exponent; // loses nothing: the exponent was 1 or more before the shifts to the left
      exponent = 0;
    }
    long twice = sum >>> 38;
    long significand = (twice + 1) >>> 1;
    if (sum << 26 == 0) {
      significand = (twice + ((twice >>> 1) & 1)) >>> 1;
    }
    return (sign & SIGN) | ((exponent << 23) + (int) significand);
  }

  /// {@return the float nearest to `±sum · 2^(exponent - UNIT)`, ties to even}
  ///
  /// @param sign only its highest bit counts
  /// @param sum in 1..2^63-1, of which bits lost earlier may have set the lowest one
  private static int round(int sign, int exponent, long sum) {
    // Normalise: the top bit to 62, so that the significand is the upper 24 bits and 39 bits are
    // below it.
    if (sum >>> 31 == 0) {
      sum <<= 32;
      exponent -= 32;
    }
    if (sum >>> 47 == 0) {
      sum <<= 16;
      exponent -= 16;
    }
    if (sum >>> 55 == 0) {
      sum <<= 8;
      exponent -= 8;
    }
    if (sum >>> 59 == 0) {
      sum <<= 4;
      exponent -= 4;
    }
    if (sum >>> 61 == 0) {
      sum <<= 2;
      exponent -= 2;
    }
    if (sum >>> 62 == 0) {
      sum <<= 1;
      exponent -= 1;
    }

    // Now the exponent is the float's biased one less 1, since the hidden bit will be added to it.
    if (exponent < 0) {
      int shift = exponent < -63 ? 63 : -exponent;
      long kept = sum >>> shift;
      sum = kept << shift == sum ? kept : kept | 1;
      exponent = 0;
    } else if (exponent > 253) {
      return (sign & SIGN) | INFINITY;
    }

    // Half up, except that with nothing below the half a tie goes to even. A carry moves into the
    // exponent.
    long twice = sum >>> 38;
    long significand = (twice + 1) >>> 1;
    if (sum << 26 == 0) {
      significand = (twice + ((twice >>> 1) & 1)) >>> 1;
    }
    return (sign & SIGN) | ((exponent << 23) + (int) significand);
  }

  public static int div(int a, int b) {
    int sign = (a ^ b) & SIGN;
    int x = a & MAGNITUDE;
    int y = b & MAGNITUDE;
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
    int ex = x >>> 23;
    int ey = y >>> 23;
    long dividend = (x & FRACTION) | HIDDEN;
    long divisor = (y & FRACTION) | HIDDEN;
    if (ex == 0) {
      int shift = Bits.numberOfLeadingZeros((long) x) - 40;
      dividend = (long) x << shift;
      ex = 1 - shift;
    }
    if (ey == 0) {
      int shift = Bits.numberOfLeadingZeros((long) y) - 40;
      divisor = (long) y << shift;
      ey = 1 - shift;
    }
    dividend <<= 39;
    long quotient = dividend / divisor; // 39 or 40 bits
    if (quotient * divisor != dividend) {
      quotient |= 1;
    }
    return round(sign, ex - ey - 39 + UNIT, quotient);
  }

  /// Bit by bit: the greatest root whose square is not above the significand, which is first given 51 to 53 bits.
  public static int sqrt(int a) {
    if (a << 1 == 0) {
      return a; // keeps the sign
    }
    if (a < 0 || a > INFINITY) {
      return NAN;
    }
    if (a == INFINITY) {
      return a;
    }
    int exponent = a >>> 23;
    long square = (a & FRACTION) | HIDDEN;
    if (exponent == 0) {
      int shift = Bits.numberOfLeadingZeros((long) a) - 40;
      square = (long) a << shift;
      exponent = 1 - shift;
    }
    int shift = 28 + (exponent & 1); // leaves an even exponent
    square <<= shift;
    long root = 0;
    for (int place = 26; place >= 0; place--) {
      long candidate = root + (1L << place);
      if (candidate * candidate <= square) {
        root = candidate;
      }
    }
    if (root * root != square) {
      root |= 1;
    }
    return round(0, (exponent - 150 - shift) / 2 + UNIT, root);
  }

  /// Java's `fcmpl`: -1, 0 or 1, and -1 for NaN.
  public static int cmpl(int a, int b) {
    return (a & MAGNITUDE) > INFINITY || (b & MAGNITUDE) > INFINITY ? -1 : compare(a, b);
  }

  /// Java's `fcmpg`: -1, 0 or 1, and 1 for NaN.
  public static int cmpg(int a, int b) {
    return (a & MAGNITUDE) > INFINITY || (b & MAGNITUDE) > INFINITY ? 1 : compare(a, b);
  }

  private static int compare(int a, int b) {
    // Signed magnitudes as integers: both zeros become 0.
    int x = a < 0 ? SIGN - a : a;
    int y = b < 0 ? SIGN - b : b;
    return x < y ? -1 : x == y ? 0 : 1;
  }

  /// Java's `Math.min`: NaN wins, and -0 is below +0.
  public static int min(int a, int b) {
    if ((a & MAGNITUDE) > INFINITY || (b & MAGNITUDE) > INFINITY) {
      return NAN;
    }
    return total(a) <= total(b) ? a : b;
  }

  /// Java's `Math.max`: NaN wins, and -0 is below +0.
  public static int max(int a, int b) {
    if ((a & MAGNITUDE) > INFINITY || (b & MAGNITUDE) > INFINITY) {
      return NAN;
    }
    return total(a) >= total(b) ? a : b;
  }

  /// {@return an integer in the order of the floats, -0 right below +0}
  private static int total(int a) {
    return a ^ ((a >> 31) >>> 1);
  }

  public static int floor(int a) {
    int exponent = ((a >>> 23) & 255) - 127;
    if (exponent >= 23) {
      return (a & MAGNITUDE) > INFINITY ? NAN : a;
    }
    if (exponent < 0) {
      return a << 1 == 0 ? a : a < 0 ? SIGN | ONE : 0;
    }
    int fraction = FRACTION >>> exponent;
    if ((a & fraction) == 0) {
      return a;
    }
    return (a < 0 ? a + fraction : a) & ~fraction;
  }

  public static int ceil(int a) {
    int negative = floor(a ^ SIGN);
    return negative == NAN ? NAN : negative ^ SIGN;
  }

  /// {@return the nearest integer, ties to even}
  public static int rne(int a) {
    int exponent = ((a >>> 23) & 255) - 127;
    if (exponent >= 23) {
      return (a & MAGNITUDE) > INFINITY ? NAN : a;
    }
    if (exponent < 0) {
      return (a & MAGNITUDE) > 0x3f000000 ? (a & SIGN) | ONE : a & SIGN; // one half goes to 0
    }
    // The unit's bit: where it is the hidden one, the exponent's lowest bit stands there, which is
    // then 1 too.
    int unit = HIDDEN >>> exponent;
    int odd = (a & unit) != 0 ? 1 : 0;
    return (a + (unit >>> 1) - 1 + odd) & -unit;
  }

  public static int fromInt(int value) {
    return fromLong(value);
  }

  public static int fromLong(long value) {
    if (value == 0) {
      return 0;
    }
    int sign = value < 0 ? SIGN : 0;
    if (value == Long.MIN_VALUE) {
      return SIGN | 0x5f000000; // its magnitude is no long
    }
    return round(sign, UNIT, value < 0 ? -value : value);
  }

  /// Java's cast: towards zero, saturating, 0 for NaN.
  public static int toInt(int a) {
    int exponent = (a >>> 23) & 255;
    if (exponent < 127) {
      return 0;
    }
    if (exponent >= 158) {
      return (a & MAGNITUDE) > INFINITY ? 0 : a < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }
    int significand = (a & FRACTION) | HIDDEN;
    int magnitude =
        exponent >= 150 ? significand << (exponent - 150) : significand >>> (150 - exponent);
    return a < 0 ? -magnitude : magnitude;
  }

  /// Java's cast: towards zero, saturating, 0 for NaN.
  public static long toLong(int a) {
    int exponent = (a >>> 23) & 255;
    if (exponent < 127) {
      return 0;
    }
    if (exponent >= 190) {
      return (a & MAGNITUDE) > INFINITY ? 0 : a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    long significand = (a & FRACTION) | HIDDEN;
    long magnitude =
        exponent >= 150 ? significand << (exponent - 150) : significand >>> (150 - exponent);
    return a < 0 ? -magnitude : magnitude;
  }

  /// {@return the float of a binary16, of which only the low 16 bits count}
  public static int fromHalf(int half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> 10) & 31;
    int fraction = half & 0x3ff;
    if (exponent == 31) {
      return fraction != 0 ? NAN : sign | INFINITY;
    }
    if (exponent == 0) {
      return fraction == 0 ? sign : round(sign, UNIT - 24, fraction);
    }
    return sign | ((exponent + 112) << 23) | (fraction << 13);
  }

  /// {@return the nearest binary16, sign-extended from 16 bits; 0x7e00 for NaN}
  public static int toHalf(int a) {
    int x = a & MAGNITUDE;
    int sign = (a >>> 16) & 0x8000;
    if (x > INFINITY) {
      return 0x7e00;
    }
    if (x >= 0x477ff000) { // 65520, half way beyond the greatest binary16
      return (short) (sign | 0x7c00);
    }
    if (x >= 0x38800000) { // 2^-14, the least normal binary16: rebias and drop 13 bits
      return (short) (sign | ((x - 0x38000000 + 0xfff + ((x >>> 13) & 1)) >>> 13));
    }
    int shift = 126 - (x >>> 23); // of the significand, to units of 2^-24
    if (shift > 25) {
      return (short) sign;
    }
    int significand = (x & FRACTION) | HIDDEN;
    int odd = (significand >>> shift) & 1;
    return (short) (sign | ((significand + (1 << (shift - 1)) - 1 + odd) >>> shift));
  }
}

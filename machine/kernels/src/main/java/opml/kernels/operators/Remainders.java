package opml.kernels.operators;

import opml.kernels.memory.Trips;

/// Remainders of floats, which are exact.
final class Remainders {
  private static final int MAGNITUDE = 0x7fffffff;
  private static final int INFINITY = 0x7f800000;

  /// A remainder of 24 bits has room for so many more below it.
  private static final int STEP = 39;

  private Remainders() {}

  /// {@return x - y·trunc(x / y)}, C's `fmod`: it has the sign of x; NaN if x is infinite or y is 0.
  ///
  /// The quotient has up to 277 bits, so the division is done by pieces, of whose quotients only the remainders count.
  static float of(float x, float y) {
    int a = Float.floatToIntBits(x) & MAGNITUDE;
    int b = Float.floatToIntBits(y) & MAGNITUDE;
    if (a >= INFINITY || b > INFINITY || b == 0) {
      return Float.NaN;
    }
    if (a < b) {
      return x;
    }
    int exponent = Math.max(b >>> 23, 1);
    int shift = Math.max(a >>> 23, 1) - exponent;
    long divisor = significand(b);
    long rest = significand(a) % divisor;
    while (shift > 0) {
      Trips.atMost(7);
      int step = Math.min(shift, STEP);
      rest = (rest << step) % divisor;
      shift -= step;
    }
    int power = exponent - 150;
    int half = power >> 1;
    float r = (float) rest * Functions.power(half) * Functions.power(power - half);
    return Float.floatToIntBits(x) < 0 ? -r : r;
  }

  private static long significand(int bits) {
    return bits >>> 23 == 0 ? bits : (bits & 0x7fffff) | 0x800000;
  }
}

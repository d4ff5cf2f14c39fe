package opml.kernels.operators;

import opml.kernels.memory.F32;

/// Transcendental functions of our own: float32 only, so that every machine gives the same bits.
public final class Functions {
  private static final float LOG2_E = 0x1.715476p0f;

  // The logarithm of 2 as the sum of two floats. A whole number up to 152 times the first, taken
  // from x, is exact.
  private static final float LN2_HIGH = 0x1.62e43p-1f;
  private static final float LN2_LOW = -0x1.05c61p-29f;

  // (exp(r) - 1 - r) / r² for |r| <= ln(2) / 2: the least greatest relative error of exp, by Remez'
  // exchange.
  private static final float C2 = 0x1.fffffcp-2f;
  private static final float C3 = 0x1.555492p-3f;
  private static final float C4 = 0x1.5558f2p-5f;
  private static final float C5 = 0x1.123a2p-7f;
  private static final float C6 = 0x1.6a23ep-10f;

  // (log(1 + f) - f) / f² for |f| <= 1/3, from -1/2 on: the least greatest relative error of log(1
  // + f).
  private static final float L2 = -0.5f;
  private static final float L3 = 0x1.5554fap-2f;
  private static final float L4 = -0x1.ffff94p-3f;
  private static final float L5 = 0x1.99d59ap-3f;
  private static final float L6 = -0x1.557de4p-3f;
  private static final float L7 = 0x1.1e8038p-3f;
  private static final float L8 = -0x1.f6c592p-4f;
  private static final float L9 = 0x1.200d62p-3f;
  private static final float L10 = -0x1.fefe76p-4f;

  /// The bits of 2/3: what is in 2/3..4/3 is a number without its power of two.
  private static final int TWO_THIRDS = 0x3f2aaaab;

  // erf(x) / x - 1 = E0 + E1·x² + ... for |x| <= 1, and -log(1 - erf(t)) / t for t in 1..3.95.
  private static final float E0 = 0x1.06eba8p-3f;
  private static final float E1 = -0x1.81273ep-2f;
  private static final float E2 = 0x1.ce2ce6p-4f;
  private static final float E3 = -0x1.b7f71ap-6f;
  private static final float E4 = 0x1.53f224p-8f;
  private static final float E5 = -0x1.a3515ep-11f;
  private static final float E6 = 0x1.4771fcp-14f;
  private static final float Q0 = 0x1.20f21ep0f;
  private static final float Q1 = 0x1.451ab0p-1f;
  private static final float Q2 = 0x1.b45a30p-4f;
  private static final float Q3 = -0x1.896312p-6f;
  private static final float Q4 = 0x1.ec8586p-9f;
  private static final float Q5 = -0x1.6fa9c2p-12f;
  private static final float Q6 = 0x1.d4a114p-17f;

  /// From here on erf rounds to 1.
  private static final float ERF_IS_ONE = 3.95f;

  private Functions() {}

  /// {@return e to the power x; `spec/numerics.md` states the error}
  ///
  /// `x = n·ln 2 + r`, and so `exp(x) = 2^n · exp(r)`. The power of two is applied in two halves, each of which is a
  /// normal float, so that results down to the subnormal ones are rounded only once.
  public static float exp(float x) {
    if (x >= 89f) {
      return Float.POSITIVE_INFINITY;
    }
    if (x <= -104f) {
      return 0f;
    }
    float n = F32.rne(x * LOG2_E);
    float r = F32.fma(-n, LN2_HIGH, x);
    r = F32.fma(-n, LN2_LOW, r);
    float p = F32.fma(C6, r, C5);
    p = F32.fma(p, r, C4);
    p = F32.fma(p, r, C3);
    p = F32.fma(p, r, C2);
    p = F32.fma(p, r, 1f);
    p = F32.fma(p, r, 1f);
    int exponent = (int) n; // of NaN, 0; p is NaN then
    int half = exponent >> 1;
    return p * power(half) * power(exponent - half);
  }

  /// {@return e to the power x + low, times 2^scale}: as [#exp], for a power that is known better than a float can
  /// tell, and for half of a number that is too large itself.
  ///
  /// @param low at most some units of x's last place
  /// @param scale -1 or 0
  static float exp(float x, float low, int scale) {
    if (x >= 90f) {
      return Float.POSITIVE_INFINITY;
    }
    if (x <= -105f) {
      return 0f;
    }
    float n = F32.rne(x * LOG2_E);
    float r = F32.fma(-n, LN2_HIGH, x);
    r = F32.fma(-n, LN2_LOW, r) + low;
    int exponent = (int) n + scale;
    int half = exponent >> 1;
    return F32.fma(series(r), r, 1f) * power(half) * power(exponent - half);
  }

  /// {@return e to the power x, less 1}: near 0 without the 1 that would cancel.
  static float expm1(float x) {
    return Math.abs(x) <= 0.34375f ? series(x) * x : exp(x) - 1f;
  }

  /// {@return (exp(r) - 1) / r}, for |r| <= ln(2) / 2
  private static float series(float r) {
    float p = F32.fma(C6, r, C5);
    p = F32.fma(p, r, C4);
    p = F32.fma(p, r, C3);
    p = F32.fma(p, r, C2);
    return F32.fma(p, r, 1f);
  }

  /// {@return the natural logarithm}: NaN below 0, -infinity of both zeros.
  ///
  /// `x = 2^n · (1 + f)` with |f| <= 1/3.
  public static float log(float x) {
    if (!(x > 0f)) {
      return x == 0f ? Float.NEGATIVE_INFINITY : Float.NaN;
    }
    if (x == Float.POSITIVE_INFINITY) {
      return x;
    }
    float n = 0f;
    if (x < Float.MIN_NORMAL) {
      x *= 0x1p24f;
      n = -24f;
    }
    int exponent = (Float.floatToIntBits(x) - TWO_THIRDS) >> 23;
    float f = Float.intBitsToFloat(Float.floatToIntBits(x) - (exponent << 23)) - 1f;
    return log(f, n + (float) exponent);
  }

  /// {@return the natural logarithm of 1 + u}: NaN below -1, where it is -infinity.
  ///
  /// What rounding 1 + u loses is put back behind the power of two.
  static float log1p(float u) {
    if (!(u > -1f)) {
      return u == -1f ? Float.NEGATIVE_INFINITY : Float.NaN;
    }
    if (u == Float.POSITIVE_INFINITY) {
      return u;
    }
    float x = 1f + u;
    float lost = u < 1f ? u - (x - 1f) : 1f - (x - u);
    int exponent = (Float.floatToIntBits(x) - TWO_THIRDS) >> 23;
    float f = Float.intBitsToFloat(Float.floatToIntBits(x) - (exponent << 23)) - 1f;
    // Of a large x nothing is lost that counts.
    return log(F32.fma(lost, power(-Math.min(exponent, 64)), f), (float) exponent);
  }

  /// {@return log(2^n · (1 + f))}, for |f| <= 1/3
  private static float log(float f, float n) {
    float p = F32.fma(L10, f, L9);
    p = F32.fma(p, f, L8);
    p = F32.fma(p, f, L7);
    p = F32.fma(p, f, L6);
    p = F32.fma(p, f, L5);
    p = F32.fma(p, f, L4);
    p = F32.fma(p, f, L3);
    p = F32.fma(p, f, L2);
    float r = F32.fma(p, f * f, f);
    r = F32.fma(n, LN2_LOW, r);
    return F32.fma(n, LN2_HIGH, r);
  }

  /// {@return the error function}: 2/√π times the integral of exp(-t²) from 0 to x.
  public static float erf(float x) {
    float size = Math.abs(x);
    if (size < 1f) {
      float z = x * x;
      float p = F32.fma(E6, z, E5);
      p = F32.fma(p, z, E4);
      p = F32.fma(p, z, E3);
      p = F32.fma(p, z, E2);
      p = F32.fma(p, z, E1);
      p = F32.fma(p, z, E0);
      return F32.fma(p, x, x);
    }
    float y = 1f;
    if (!(size >= ERF_IS_ONE)) {
      float p = F32.fma(Q6, size, Q5);
      p = F32.fma(p, size, Q4);
      p = F32.fma(p, size, Q3);
      p = F32.fma(p, size, Q2);
      p = F32.fma(p, size, Q1);
      p = F32.fma(p, size, Q0);
      y = 1f - exp(-(size * p));
    }
    return x < 0f ? -y : y;
  }

  static boolean isNan(float x) {
    return !(Math.abs(x) >= 0f);
  }

  /// {@return 2^n, for n in -126..127}
  static float power(int n) {
    return Float.intBitsToFloat((n + 127) << 23);
  }
}

package opml.kernels.operators;

import opml.kernels.memory.F32;

/// Powers of floats. A power's relative error is the absolute one of its logarithm, which is up to 104: so the
/// logarithm is computed as the sum of two floats, by the series of the inverse hyperbolic tangent.
public final class Powers {
  private static final int SQRT_HALF = 0x3f3504f3;

  // The logarithm of 2: its first 16 bits, of which each multiple by an exponent is exact, and the
  // rest.
  private static final float LN2_HIGH = 0x1.62e4p-1f;
  private static final float LN2_LOW = 0x1.7f7d1cp-20f;

  private static final float TWO_THIRDS = 0x1.555556p-1f;
  private static final float TWO_THIRDS_LOW = -0x1.555556p-26f;

  // ((2·atanh(s) / s - 2) / s² - 2/3) / s² for |s| <= 0.1716, in s².
  private static final float A0 = 0x1.999ap-2f;
  private static final float A1 = 0x1.24527cp-2f;
  private static final float A2 = 0x1.dfa22ap-3f;

  private Powers() {}

  /// {@return x to the power y}, with what IEEE 754 says of special operands (C's `pow`): 1 if y is 0 or x is 1, even
  /// with a NaN as the other one; of a negative x NaN unless y is an integer.
  public static float pow(float x, float y) {
    if (y == 0f || x == 1f) {
      return 1f;
    }
    if (Functions.isNan(x) || Functions.isNan(y)) {
      return Float.NaN;
    }
    float size = Math.abs(x);
    boolean whole = Math.abs(y) >= 0x1p24f || F32.floor(y) == y;
    boolean odd = Math.abs(y) < 0x1p24f && ((int) y & 1) != 0;
    boolean negative = Float.floatToIntBits(x) < 0 && whole && odd;
    float power;
    if (Math.abs(y) == Float.POSITIVE_INFINITY && size == 1f) {
      power = 1f;
    } else if (size == 0f
        || size == Float.POSITIVE_INFINITY
        || Math.abs(y) == Float.POSITIVE_INFINITY) {
      power = size > 1f == y > 0f ? Float.POSITIVE_INFINITY : 0f;
    } else if (x < 0f && !whole) {
      return Float.NaN;
    } else {
      power = ofPositive(size, y);
    }
    return negative ? -power : power;
  }

  /// {@return x to the power y}
  ///
  /// @param x finite and above 0
  /// @param y finite
  private static float ofPositive(float x, float y) {
    float n = 0f;
    if (x < Float.MIN_NORMAL) {
      x *= 0x1p24f;
      n = -24f;
    }
    int exponent = (Float.floatToIntBits(x) - SQRT_HALF) >> 23;
    float m = Float.intBitsToFloat(Float.floatToIntBits(x) - (exponent << 23));
    n += (float) exponent;

    // s = (m - 1) / (m + 1), in two floats as all that follows
    float f = m - 1f;
    float d = m + 1f;
    float dLow = m - (d - 1f);
    float s = f / d;
    float sLow = F32.fma(-s, dLow, F32.fma(-s, d, f)) / d;
    float z = s * s;
    float zLow = F32.fma(2f * s, sLow, F32.fma(s, s, -z));

    // p = 2/3 + z·(A0 + …)
    float q = F32.fma(A2, z, A1);
    q = F32.fma(q, z, A0);
    float t = z * q;
    float tLow = F32.fma(zLow, q, F32.fma(z, q, -t));
    float p = TWO_THIRDS + t;
    float pLow = ((TWO_THIRDS - p) + t) + (TWO_THIRDS_LOW + tLow);

    // log(m) = 2·s + s·z·p
    float u = z * p;
    float uLow = F32.fma(zLow, p, F32.fma(z, pLow, F32.fma(z, p, -u)));
    float v = s * u;
    float vLow = F32.fma(sLow, u, F32.fma(s, uLow, F32.fma(s, u, -v)));
    float twice = 2f * s;
    float log = twice + v;
    float logLow = ((twice - log) + v) + F32.fma(2f, sLow, vLow);

    float high = n * LN2_HIGH; // exact
    float sum = high + log;
    float sumLow = ((high - sum) + log) + F32.fma(n, LN2_LOW, logLow);

    float power = y * sum;
    if (!(Math.abs(power) < 200f)) {
      return power > 0f ? Float.POSITIVE_INFINITY : 0f;
    }
    float low = F32.fma(y, sumLow, F32.fma(y, sum, -power));
    return Functions.exp(power, low, 0);
  }
}

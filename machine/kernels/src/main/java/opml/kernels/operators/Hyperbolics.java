package opml.kernels.operators;

import opml.kernels.memory.F32;

/// The hyperbolic functions, their inverses, and the logistic function, in float32.
public final class Hyperbolics {
  private static final float LN2 = 0x1.62e43p-1f;

  /// From here on a square outweighs 1.
  private static final float LARGE = 4096f;

  // (tanh(x) / x - 1) / x² for |x| <= 5/8, (sinh(x) / x - 1) / x² for |x| <= 1.
  private static final float T0 = -0x1.555532p-2f;
  private static final float T1 = 0x1.1106f6p-3f;
  private static final float T2 = -0x1.b835dap-5f;
  private static final float T3 = 0x1.51fc70p-6f;
  private static final float T4 = -0x1.7527c2p-8f;
  private static final float S0 = 0x1.555556p-3f;
  private static final float S1 = 0x1.1110e0p-7f;
  private static final float S2 = 0x1.a022bcp-13f;
  private static final float S3 = 0x1.756ff6p-19f;

  private Hyperbolics() {}

  /// {@return 1 / (1 + exp(-x))}
  ///
  /// The quotient is corrected by what it leaves, and what the sum below it has lost.
  public static float sigmoid(float x) {
    float e = Functions.exp(-Math.abs(x));
    float over = x >= 0f ? 1f : e;
    float d = 1f + e;
    float dLow = (1f - d) + e;
    float y = over / d;
    float rest = F32.fma(-y, dLow, F32.fma(-y, d, over));
    return F32.fma(rest, x >= 0f ? y : 1f - y, y);
  }

  public static float tanh(float x) {
    float size = Math.abs(x);
    if (size < 0.625f) {
      float z = x * x;
      float p = F32.fma(T4, z, T3);
      p = F32.fma(p, z, T2);
      p = F32.fma(p, z, T1);
      p = F32.fma(p, z, T0);
      return F32.fma(p, x * z, x);
    }
    float y = 1f - 2f / (Functions.exp(2f * size) + 1f);
    return x < 0f ? -y : y;
  }

  public static float sinh(float x) {
    float size = Math.abs(x);
    if (size < 1f) {
      float z = x * x;
      float p = F32.fma(S3, z, S2);
      p = F32.fma(p, z, S1);
      p = F32.fma(p, z, S0);
      return F32.fma(p, x * z, x);
    }
    float half = Functions.exp(size, 0f, -1);
    float y = half - 0.25f / half;
    return x < 0f ? -y : y;
  }

  public static float cosh(float x) {
    float half = Functions.exp(Math.abs(x), 0f, -1);
    return half + 0.25f / half;
  }

  public static float asinh(float x) {
    float size = Math.abs(x);
    float y;
    if (size > LARGE) {
      y = Functions.log(size) + LN2;
    } else {
      float z = size * size;
      y = Functions.log1p(size + z / (1f + F32.sqrt(1f + z)));
    }
    return Float.floatToIntBits(x) < 0 ? -y : y;
  }

  /// {@return the number that is not negative and has that hyperbolic cosine; NaN below 1}
  public static float acosh(float x) {
    if (x > LARGE) {
      return Functions.log(x) + LN2;
    }
    if (!(x >= 1f)) {
      return Float.NaN;
    }
    float t = x - 1f;
    return Functions.log1p(t + F32.sqrt(F32.fma(t, t, 2f * t)));
  }

  /// {@return the number of that hyperbolic tangent; infinite at -1 and 1, NaN beyond}
  public static float atanh(float x) {
    float size = Math.abs(x);
    if (!(size < 1f)) {
      return size == 1f ? x / 0f : Float.NaN;
    }
    float y = 0.5f * Functions.log1p(2f * size / (1f - size));
    return Float.floatToIntBits(x) < 0 ? -y : y;
  }
}

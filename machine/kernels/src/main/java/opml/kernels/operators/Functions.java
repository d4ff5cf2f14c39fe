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

  /// {@return 2^n, for n in -126..127}
  private static float power(int n) {
    return Float.intBitsToFloat((n + 127) << 23);
  }
}

package opml.kernels.operators;

import opml.kernels.memory.F32;

/// Sine, cosine, tangent and their inverses, in float32; of angles beyond [#NEAR] the whole turns are taken off in
/// integers.
///
/// Of a large angle hardly any bit of the first ones of 2/π counts: what they make is a multiple of whole turns. Payne
/// and Hanek (Radian reduction for trigonometric functions, 1983) begin with the bit that makes two quarters of a turn,
/// and 128 bits are enough for a float, whose nearest multiple of π/2 is no nearer than some 2^-31.
public final class Trigonometry {
  private static final int SIN = 0;
  private static final int COS = 1;
  private static final int TAN = 2;

  /// Up to here quarter turns are taken off by three floats that add up to π/2.
  private static final float NEAR = 8192f;

  private static final float TWO_OVER_PI = 0x1.45f306p-1f;
  private static final float HALF_PI = 0x1.921fb6p0f;
  private static final float HALF_PI_LOW = -0x1.777a5cp-25f;
  private static final float HALF_PI_LOWEST = -0x1.ee59dap-50f;
  private static final float PI = 0x1.921fb6p1f;
  private static final float PI_LOW = -0x1.777a5cp-24f;

  /// 2/π: 64 zeros, then the bits behind the point.
  private static final long[] TWO_OVER_PI_BITS = {
    0L, 0xa2f9836e4e441529L, 0xfc2757d1f534ddc0L, 0xdb6295993c439041L, 0xfe5163abdebbc561L
  };

  /// π/2 · 2^62.
  private static final long HALF_PI_62 = 0x6487ed5110b4611aL;

  // (sin(r) / r - 1) / r² and (cos(r) - 1 + r²/2) / r⁴ for |r| <= π/4, in r².
  private static final float S0 = -0x1.555546p-3f;
  private static final float S1 = 0x1.110778p-7f;
  private static final float S2 = -0x1.995404p-13f;
  private static final float C0 = 0x1.55554ap-5f;
  private static final float C1 = -0x1.6c0c28p-10f;
  private static final float C2 = 0x1.99e7e8p-16f;

  // (asin(x) / x - 1) / x² for |x| <= 1/2, (atan(x) / x - 1) / x² for |x| <= 1.
  private static final float I0 = 0x1.5555c8p-3f;
  private static final float I1 = 0x1.330206p-4f;
  private static final float I2 = 0x1.747bf6p-5f;
  private static final float I3 = 0x1.8c327ap-6f;
  private static final float I4 = 0x1.59719cp-5f;
  private static final float T0 = -0x1.55553ep-2f;
  private static final float T1 = 0x1.9991e4p-3f;
  private static final float T2 = -0x1.242086p-3f;
  private static final float T3 = 0x1.c08c54p-4f;
  private static final float T4 = -0x1.58097cp-4f;
  private static final float T5 = 0x1.da2db2p-5f;
  private static final float T6 = -0x1.fd8d48p-6f;
  private static final float T7 = 0x1.644164p-7f;
  private static final float T8 = -0x1.d3a97ep-10f;

  private Trigonometry() {}

  /// {@return the sine; NaN of infinities}
  public static float sin(float x) {
    return turned(x, SIN);
  }

  /// {@return the cosine; NaN of infinities}
  public static float cos(float x) {
    return turned(x, COS);
  }

  /// {@return the tangent; NaN of infinities}
  public static float tan(float x) {
    return turned(x, TAN);
  }

  /// The angle is `quarter` quarter turns and r + low, |r| at most little more than π/4.
  private static float turned(float x, int function) {
    float size = Math.abs(x);
    if (!(size < Float.POSITIVE_INFINITY)) {
      return Float.NaN;
    }
    if (x == 0f) {
      return function == COS ? 1f : x;
    }
    float r;
    float low;
    int quarter;
    if (size <= NEAR) {
      float n = F32.rne(size * TWO_OVER_PI);
      float above = F32.fma(-n, HALF_PI, size); // exact
      // Where the whole turns cancel, all that is left may be what the second product is rounded
      // by.
      float second = n * HALF_PI_LOW;
      r = above - second;
      float lost =
          Math.abs(above) >= Math.abs(second) ? (above - r) - second : above - (second + r);
      low = F32.fma(-n, HALF_PI_LOWEST, lost - F32.fma(n, HALF_PI_LOW, -second));
      quarter = (int) n;
    } else {
      int bits = Float.floatToIntBits(size);
      long significand = (bits & 0x7fffff) | 0x800000;
      int from =
          (bits >>> 23) - 150 + 62; // where the bit lies that is worth 2 after the multiplication
      long turns =
          significand * window(from)
              + Math.unsignedMultiplyHigh(significand, window(from + 64)); // in units of 2^-62
      quarter = (int) ((turns + (1L << 61)) >>> 62);
      long angle = Math.multiplyHigh(turns - ((long) quarter << 62), HALF_PI_62); // of 2^-60
      r = (float) angle;
      low = (float) (angle - (long) r) * 0x1p-60f;
      r *= 0x1p-60f;
    }
    float z = r * r;
    float s = F32.fma(S2, z, S1);
    s = F32.fma(s, z, S0);
    float sin = r + F32.fma(s, r * z, low);
    float half = 0.5f * z;
    float first = 1f - half;
    float c = F32.fma(C2, z, C1);
    c = F32.fma(c, z, C0);
    float cos = first + (F32.fma(c, z * z, -(r * low)) + ((1f - first) - half));
    boolean even = (quarter & 1) == 0;
    if (function == TAN) {
      float y = even ? sin / cos : -(cos / sin);
      return x < 0f ? -y : y;
    }
    int turn = function == COS ? quarter + 1 : quarter;
    float y = (turn & 1) == 0 ? sin : cos;
    boolean negative = (turn & 2) != 0;
    if (function == SIN && x < 0f) {
      negative = !negative;
    }
    return negative ? -y : y;
  }

  /// {@return 64 bits of 2/π, from a place on}
  private static long window(int from) {
    int word = from >> 6;
    int shift = from & 63;
    return TWO_OVER_PI_BITS[word] << shift | TWO_OVER_PI_BITS[word + 1] >>> 1 >>> (63 - shift);
  }

  /// {@return the angle in -π/2..π/2 of that sine; NaN beyond -1..1}
  public static float asin(float x) {
    float size = Math.abs(x);
    if (size <= 0.5f) {
      return F32.fma(inverse(x * x), x * (x * x), x);
    }
    if (!(size <= 1f)) {
      return Float.NaN;
    }
    float y = HALF_PI - (2f * far(size) - HALF_PI_LOW);
    return x < 0f ? -y : y;
  }

  /// {@return the angle in 0..π of that cosine; NaN beyond -1..1}
  public static float acos(float x) {
    float size = Math.abs(x);
    if (size <= 0.5f) {
      return HALF_PI - (x + F32.fma(inverse(x * x), x * (x * x), -HALF_PI_LOW));
    }
    if (!(size <= 1f)) {
      return Float.NaN;
    }
    float y = 2f * far(size);
    return x < 0f ? PI - (y - PI_LOW) : y;
  }

  /// {@return the angle in -π/2..π/2 of that tangent}
  public static float atan(float x) {
    float size = Math.abs(x);
    float u = size > 1f ? 1f / size : size;
    float z = u * u;
    float p = F32.fma(T8, z, T7);
    p = F32.fma(p, z, T6);
    p = F32.fma(p, z, T5);
    p = F32.fma(p, z, T4);
    p = F32.fma(p, z, T3);
    p = F32.fma(p, z, T2);
    p = F32.fma(p, z, T1);
    p = F32.fma(p, z, T0);
    float y = F32.fma(p, u * z, u);
    if (size > 1f) {
      y = HALF_PI - (y - HALF_PI_LOW);
    }
    return Float.floatToIntBits(x) < 0 ? -y : y;
  }

  /// {@return asin of the square root of (1 - size) / 2}, which is half of acos(size), for sizes in 1/2..1
  private static float far(float size) {
    float z = 0.5f * (1f - size); // exact
    float root = F32.sqrt(z);
    return F32.fma(inverse(z), root * z, root);
  }

  /// {@return (asin(x) / x - 1) / x²}
  ///
  /// @param z x², at most 1/4
  private static float inverse(float z) {
    float p = F32.fma(I4, z, I3);
    p = F32.fma(p, z, I2);
    p = F32.fma(p, z, I1);
    return F32.fma(p, z, I0);
  }
}

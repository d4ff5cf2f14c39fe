package opml.engine.tensor;

/// Floats of 16 bits. A double becomes one by one rounding, to the nearest, ties to even.
public final class HalfFloats {
  private HalfFloats() {}

  /// {@return the bits of the nearest binary16}
  public static short binary16(double value) {
    return Float.floatToFloat16(toOdd(value));
  }

  /// {@return the bits of the nearest bfloat16, the upper half of a float}
  public static short bfloat16(double value) {
    int bits = Float.floatToIntBits(toOdd(value));
    if (Double.isNaN(value)) {
      return (short) (bits >>> Short.SIZE);
    }
    int even = bits >>> Short.SIZE & 1;
    return (short) (bits + 0x7fff + even >>> Short.SIZE);
  }

  /// {@return the value of a bfloat16}
  public static float ofBfloat16(short bits) {
    return Float.intBitsToFloat(bits << Short.SIZE);
  }

  /// {@return the float below in magnitude, its last bit set if it is not the value itself, so that rounding it
  ///     again is rounding the value} (Boldo and Melquiond, Emulation of FMA and correctly rounded sums, 2008)
  private static float toOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value)) {
      return nearest;
    }
    int bits = Float.floatToIntBits(nearest);
    return Float.intBitsToFloat(
        (Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits) | 1);
  }
}

package opml.formats.onnx.operator;

import java.math.BigInteger;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.RefusedNode;

/// The real factor `aScale·bScale/yScale` of a quantised product, as an integer multiplier in [2^30, 2^31)
/// and a right shift, one pair for the tensor or one for each channel.
///
/// The factor is a quotient of integers times a power of two, since each scale is; it is rounded once, half
/// to even, exactly (`spec/graph.md`).
record Requantisation(Tensor multiplier, Tensor shift) {
  private static final int BITS = 31;
  private static final int MAX_SHIFT = 62;

  /// @param b one scale, or one for each channel
  static Requantisation of(float a, float[] b, float y) {
    int[] multipliers = new int[b.length];
    int[] shifts = new int[b.length];
    for (int i = 0; i < b.length; i++) {
      BigInteger numerator = mantissa(a).multiply(mantissa(b[i]));
      BigInteger denominator = mantissa(y);
      int exponent = Math.getExponent(a) + Math.getExponent(b[i]) - Math.getExponent(y) - 23;
      exponent += subnormal(a) + subnormal(b[i]) - subnormal(y);
      // least power of two that makes the quotient at least 2^30
      int up = BITS - 1 - (numerator.bitLength() - denominator.bitLength());
      BigInteger quotient = divide(numerator, denominator, up);
      if (quotient.bitLength() < BITS) {
        up++;
        quotient = divide(numerator, denominator, up);
      }
      if (quotient.bitLength() > BITS) {
        // rounded up to 2^31
        up--;
        quotient = quotient.shiftRight(1);
      }
      int shift = up - exponent;
      if (shift < 1 || shift > MAX_SHIFT) {
        throw new RefusedNode(
            "the scales are too far apart",
            a
                + ", "
                + b[i]
                + " and "
                + y
                + " give a shift of "
                + shift
                + ", not 1 to "
                + MAX_SHIFT);
      }
      multipliers[i] = quotient.intValueExact();
      shifts[i] = shift;
    }
    Shape shape = Shape.of(b.length);
    return new Requantisation(Tensor.ofInts(shape, multipliers), Tensor.ofInts(shape, shifts));
  }

  /// {@return numerator·2^up / denominator, rounded half to even}
  private static BigInteger divide(BigInteger numerator, BigInteger denominator, int up) {
    BigInteger over = up >= 0 ? numerator.shiftLeft(up) : numerator;
    BigInteger under = up >= 0 ? denominator : denominator.shiftLeft(-up);
    BigInteger[] parts = over.divideAndRemainder(under);
    int half = parts[1].shiftLeft(1).compareTo(under);
    boolean roundUp = half > 0 || half == 0 && parts[0].testBit(0);
    return roundUp ? parts[0].add(BigInteger.ONE) : parts[0];
  }

  /// {@return the integer that times 2^(exponent - 23) is the scale}
  private static BigInteger mantissa(float scale) {
    if (!(scale > 0) || Float.isInfinite(scale)) {
      throw new RefusedNode("a scale is not a positive number", "" + scale);
    }
    int bits = Float.floatToIntBits(scale);
    int fraction = bits & 0x7fffff;
    return BigInteger.valueOf(bits >>> 23 == 0 ? fraction : fraction | 0x800000);
  }

  /// {@return 1 for a subnormal, whose exponent `getExponent` gives one too low}
  private static int subnormal(float scale) {
    return Math.getExponent(scale) < Float.MIN_EXPONENT ? 1 : 0;
  }
}

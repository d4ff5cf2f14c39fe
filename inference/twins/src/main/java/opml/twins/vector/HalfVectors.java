package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Floats in binary16, converted by moves of their bits: the Vector API has no conversion of its own.
final class HalfVectors {
  /// What every NaN becomes.
  static final int NAN = 0x7e00;

  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, 16 * COUNT)));

  /// The least float that is infinite in binary16 whatever is rounded, 2^16.
  private static final int INFINITE = (127 + 16) << 23;

  /// The least normal number of binary16, 2^-14.
  private static final int NORMAL = (127 - 14) << 23;

  /// A float whose last bit is worth 2^-24, as is the last bit of a subnormal number of binary16.
  private static final int SUBNORMAL_ULP = (127 - 1) << 23;

  /// Takes the bias of binary16 for that of binary32.
  private static final float BIAS = 0x1p112f;

  /// The bits of an infinite float.
  private static final int INFINITY = 0x7f800000;

  /// The bits of an infinite number of binary16, where a float has them.
  private static final int BEYOND = 0x7c00 << 13;

  private HalfVectors() {}

  static boolean fitVectors() {
    return 16 * COUNT >= 64;
  }

  /// Rounds to the nearest, ties to even.
  static void of(MemorySegment x, long xAt, MemorySegment y, long yAt, int vectors) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      IntVector bits = IntVector.fromMemorySegment(INTS, x, xAt + (long) i * BYTES, ORDER);
      IntVector size = bits.and(0x7fffffff);
      IntVector sign = bits.lanewise(VectorOperators.LSHR, 16).and(0x8000);
      IntVector normal =
          size.add(((15 - 127) << 23) + 0xfff)
              .add(size.lanewise(VectorOperators.LSHR, 13).and(1))
              .lanewise(VectorOperators.LSHR, 13);
      IntVector subnormal =
          size.reinterpretAsFloats()
              .add(Float.intBitsToFloat(SUBNORMAL_ULP))
              .reinterpretAsInts()
              .sub(SUBNORMAL_ULP);
      IntVector half =
          normal
              .blend(subnormal, size.compare(VectorOperators.LT, NORMAL))
              .blend(0x7c00, size.compare(VectorOperators.GE, INFINITE))
              .or(sign)
              .blend(NAN, size.compare(VectorOperators.GT, INFINITY));
      ((ShortVector) half.convertShape(VectorOperators.I2S, SHORTS, 0))
          .intoMemorySegment(y, yAt + (long) i * (2L * COUNT), ORDER);
    }
  }

  /// Widens pairs of vectors beside each other, exactly; the pairs are `xStep` and `yStep` bytes apart.
  ///
  /// Two, so that HotSpot compiles the loop by itself, and not within one of its callers, where it may leave calls.
  static void widen(
      MemorySegment x, long xAt, long xStep, MemorySegment y, long yAt, long yStep, int pairs) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < pairs; i++) {
      long from = xAt + i * xStep;
      long to = yAt + i * yStep;
      IntVector a =
          (IntVector)
              ShortVector.fromMemorySegment(SHORTS, x, from, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      IntVector b =
          (IntVector)
              ShortVector.fromMemorySegment(SHORTS, x, from + 2L * COUNT, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      IntVector aSize = a.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
      IntVector bSize = b.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
      aSize
          .reinterpretAsFloats()
          .mul(BIAS)
          .reinterpretAsInts()
          .blend(aSize.or(INFINITY), aSize.compare(VectorOperators.GE, BEYOND))
          .or(a.and(Integer.MIN_VALUE))
          .intoMemorySegment(y, to, ORDER);
      bSize
          .reinterpretAsFloats()
          .mul(BIAS)
          .reinterpretAsInts()
          .blend(bSize.or(INFINITY), bSize.compare(VectorOperators.GE, BEYOND))
          .or(b.and(Integer.MIN_VALUE))
          .intoMemorySegment(y, to + BYTES, ORDER);
    }
  }

  /// Writes vectors of the upper halves of floats as floats.
  static void shift(MemorySegment x, long xAt, MemorySegment y, long yAt, int vectors) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      ((IntVector)
              ShortVector.fromMemorySegment(SHORTS, x, xAt + i * 2L * COUNT, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0))
          .lanewise(VectorOperators.LSHL, 16)
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }
}

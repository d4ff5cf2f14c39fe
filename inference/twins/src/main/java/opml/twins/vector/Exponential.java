package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// [opml.kernels.operators.Functions#exp], a vector at a time.
///
/// The integer n is taken from the bits of `x · log2(e) + 12582912`, whose last bit is worth 1. It differs from the
/// reference's in the sign of a zero, which r loses in the second of its fmas, and where x is NaN or outside of the
/// range, where it does not count.
final class Exponential {
  private static final float LOG2_E = 0x1.715476p0f;
  private static final float LN2_HIGH = 0x1.62e43p-1f;
  private static final float LN2_LOW = -0x1.05c61p-29f;
  private static final float C2 = 0x1.fffffcp-2f;
  private static final float C3 = 0x1.555492p-3f;
  private static final float C4 = 0x1.5558f2p-5f;
  private static final float C5 = 0x1.123a2p-7f;
  private static final float C6 = 0x1.6a23ep-10f;

  /// Where floats are integers, in the middle of a binade.
  private static final float SHIFTER = 12582912f;

  private static final int SHIFTER_BITS = 0x4b400000;

  private Exponential() {}

  /// `y = exp(x · factor - less)`, each operation rounded.
  static void exp(
      MemorySegment x, long xAt, float factor, float less, MemorySegment y, long yAt, int vectors) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      FloatVector v =
          FloatVector.fromMemorySegment(FLOATS, x, xAt + (long) i * BYTES, ORDER)
              .mul(factor)
              .sub(less);
      FloatVector shifted = v.mul(LOG2_E).add(SHIFTER);
      FloatVector minusN = shifted.sub(SHIFTER).neg();
      FloatVector r =
          minusN.fma(
              FloatVector.broadcast(FLOATS, LN2_LOW),
              minusN.fma(FloatVector.broadcast(FLOATS, LN2_HIGH), v));
      FloatVector p = FloatVector.broadcast(FLOATS, C6).fma(r, FloatVector.broadcast(FLOATS, C5));
      p = p.fma(r, FloatVector.broadcast(FLOATS, C4));
      p = p.fma(r, FloatVector.broadcast(FLOATS, C3));
      p = p.fma(r, FloatVector.broadcast(FLOATS, C2));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
      p = p.fma(r, FloatVector.broadcast(FLOATS, 1f));
      IntVector n = shifted.reinterpretAsInts().sub(SHIFTER_BITS);
      IntVector half = n.lanewise(VectorOperators.ASHR, 1);
      p.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
          .mul(n.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
          .blend(Float.POSITIVE_INFINITY, v.compare(VectorOperators.GE, 89f))
          .blend(0f, v.compare(VectorOperators.LE, -104f))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }
}

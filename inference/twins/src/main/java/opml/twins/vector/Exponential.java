package opml.twins.vector;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

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
  ///
  /// Two vectors at a time, whose chains hide behind each other. And so the method is too large to be inlined (325
  /// bytecodes): within a deep caller HotSpot would not inline all of the vectors' own methods any more, and box them.
  static void exp(
      MemorySegment x, long xAt, float factor, float less, MemorySegment y, long yAt, int vectors) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    int done = 0;
    for (; done < vectors - 1; done += 2) {
      long at = (long) done * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector w = FloatVector.fromMemorySegment(FLOATS, x, xAt + at + BYTES, ORDER);
      v = v.mul(factor).sub(less);
      w = w.mul(factor).sub(less);
      FloatVector vShifted = v.mul(LOG2_E).add(SHIFTER);
      FloatVector wShifted = w.mul(LOG2_E).add(SHIFTER);
      FloatVector vMinusN = vShifted.sub(SHIFTER).neg();
      FloatVector wMinusN = wShifted.sub(SHIFTER).neg();
      FloatVector vRest = vMinusN.fma(broadcast(FLOATS, LN2_HIGH), v);
      FloatVector wRest = wMinusN.fma(broadcast(FLOATS, LN2_HIGH), w);
      vRest = vMinusN.fma(broadcast(FLOATS, LN2_LOW), vRest);
      wRest = wMinusN.fma(broadcast(FLOATS, LN2_LOW), wRest);
      FloatVector p = broadcast(FLOATS, C6).fma(vRest, broadcast(FLOATS, C5));
      FloatVector q = broadcast(FLOATS, C6).fma(wRest, broadcast(FLOATS, C5));
      p = p.fma(vRest, broadcast(FLOATS, C4));
      q = q.fma(wRest, broadcast(FLOATS, C4));
      p = p.fma(vRest, broadcast(FLOATS, C3));
      q = q.fma(wRest, broadcast(FLOATS, C3));
      p = p.fma(vRest, broadcast(FLOATS, C2));
      q = q.fma(wRest, broadcast(FLOATS, C2));
      p = p.fma(vRest, broadcast(FLOATS, 1f));
      q = q.fma(wRest, broadcast(FLOATS, 1f));
      p = p.fma(vRest, broadcast(FLOATS, 1f));
      q = q.fma(wRest, broadcast(FLOATS, 1f));
      IntVector n = vShifted.reinterpretAsInts().sub(SHIFTER_BITS);
      IntVector m = wShifted.reinterpretAsInts().sub(SHIFTER_BITS);
      IntVector half = n.lanewise(ASHR, 1);
      p = p.mul(half.add(127).lanewise(LSHL, 23).reinterpretAsFloats());
      p = p.mul(n.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats());
      half = m.lanewise(ASHR, 1);
      q = q.mul(half.add(127).lanewise(LSHL, 23).reinterpretAsFloats());
      q = q.mul(m.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats());
      p = p.blend(Float.POSITIVE_INFINITY, v.compare(GE, 89f)).blend(0f, v.compare(LE, -104f));
      q = q.blend(Float.POSITIVE_INFINITY, w.compare(GE, 89f)).blend(0f, w.compare(LE, -104f));
      p.intoMemorySegment(y, yAt + at, ORDER);
      q.intoMemorySegment(y, yAt + at + BYTES, ORDER);
    }
    for (; done < vectors; done++) {
      long at = (long) done * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      v = v.mul(factor).sub(less);
      FloatVector shifted = v.mul(LOG2_E).add(SHIFTER);
      FloatVector minusN = shifted.sub(SHIFTER).neg();
      FloatVector rest = minusN.fma(broadcast(FLOATS, LN2_HIGH), v);
      rest = minusN.fma(broadcast(FLOATS, LN2_LOW), rest);
      FloatVector p = broadcast(FLOATS, C6).fma(rest, broadcast(FLOATS, C5));
      p = p.fma(rest, broadcast(FLOATS, C4));
      p = p.fma(rest, broadcast(FLOATS, C3));
      p = p.fma(rest, broadcast(FLOATS, C2));
      p = p.fma(rest, broadcast(FLOATS, 1f));
      p = p.fma(rest, broadcast(FLOATS, 1f));
      IntVector n = shifted.reinterpretAsInts().sub(SHIFTER_BITS);
      IntVector half = n.lanewise(ASHR, 1);
      p = p.mul(half.add(127).lanewise(LSHL, 23).reinterpretAsFloats());
      p = p.mul(n.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats());
      p = p.blend(Float.POSITIVE_INFINITY, v.compare(GE, 89f)).blend(0f, v.compare(LE, -104f));
      p.intoMemorySegment(y, yAt + at, ORDER);
    }
  }
}

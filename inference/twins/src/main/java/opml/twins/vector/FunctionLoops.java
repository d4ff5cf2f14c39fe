package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// The parts of [MapTwin]'s functions, whole vectors at a time, each operation as the reference has it
/// ([opml.kernels.operators.Functions], [opml.kernels.operators.Hyperbolics]). What ends a function stores the
/// canonical NaN. Powers of e are taken between two parts ([Exponential]).
final class FunctionLoops {
  static final float SQRT_HALF = 0x1.6a09e6p-1f;
  private static final float SQRT_TWO_OVER_PI = 0x1.988454p-1f;
  private static final float CUBIC = 0.044715f;
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
  private static final float ERF_IS_ONE = 3.95f;
  private static final float T0 = -0x1.555532p-2f;
  private static final float T1 = 0x1.1106f6p-3f;
  private static final float T2 = -0x1.b835dap-5f;
  private static final float T3 = 0x1.51fc70p-6f;
  private static final float T4 = -0x1.7527c2p-8f;
  private static final float TANH_IS_SMALL = 0.625f;

  private FunctionLoops() {}

  /// `y = x`.
  static void canonical(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v;
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = |x|`.
  static void abs(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v.abs();
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = -x`.
  static void neg(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v.neg();
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = √x`.
  static void sqrt(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v.sqrt();
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = 1 / x`.
  static void reciprocal(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = FloatVector.broadcast(FLOATS, 1f).div(v);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = x · factor`, on the way.
  static void times(MemorySegment x, long xAt, float factor, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v.mul(factor);
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = -|x|`, on the way.
  static void minusSize(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v.abs().neg();
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = 2 · |x|`, on the way.
  static void twiceSize(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v.abs().mul(2f);
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = √(2/π) · (x + 0.044715·x·x·x)`, on the way.
  static void cubic(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector r = v.add(v.mul(CUBIC).mul(v).mul(v)).mul(SQRT_TWO_OVER_PI);
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// `y = 0.5 · x · (1 + e)`.
  static void halfTimesOneMore(
      MemorySegment x, long xAt, MemorySegment e, long eAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || e.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector p = FloatVector.fromMemorySegment(FLOATS, e, eAt + at, ORDER);
      FloatVector r = v.mul(0.5f).mul(p.add(1f));
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// The power of e in 1 - erf(|x|).
  static void erfPower(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector size = v.abs();
      FloatVector r =
          FloatVector.broadcast(FLOATS, Q6).fma(size, FloatVector.broadcast(FLOATS, Q5));
      r = r.fma(size, FloatVector.broadcast(FLOATS, Q4));
      r = r.fma(size, FloatVector.broadcast(FLOATS, Q3));
      r = r.fma(size, FloatVector.broadcast(FLOATS, Q2));
      r = r.fma(size, FloatVector.broadcast(FLOATS, Q1));
      r = r.fma(size, FloatVector.broadcast(FLOATS, Q0));
      r = size.mul(r).neg();
      r.intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// erf, with the power.
  static void erf(
      MemorySegment x, long xAt, MemorySegment e, long eAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || e.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector p = FloatVector.fromMemorySegment(FLOATS, e, eAt + at, ORDER);
      FloatVector z = v.mul(v);
      FloatVector small =
          FloatVector.broadcast(FLOATS, E6).fma(z, FloatVector.broadcast(FLOATS, E5));
      small = small.fma(z, FloatVector.broadcast(FLOATS, E4));
      small = small.fma(z, FloatVector.broadcast(FLOATS, E3));
      small = small.fma(z, FloatVector.broadcast(FLOATS, E2));
      small = small.fma(z, FloatVector.broadcast(FLOATS, E1));
      small = small.fma(z, FloatVector.broadcast(FLOATS, E0));
      small = small.fma(v, v);
      FloatVector size = v.abs();
      FloatVector large =
          FloatVector.broadcast(FLOATS, 1f)
              .sub(p)
              .blend(1f, size.compare(VectorOperators.GE, ERF_IS_ONE));
      large = large.blend(large.neg(), v.compare(VectorOperators.LT, 0f));
      FloatVector r = large.blend(small, size.compare(VectorOperators.LT, 1f));
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// tanh, with `e = exp(2 · |x|)`.
  static void tanh(
      MemorySegment x, long xAt, MemorySegment e, long eAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || e.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector p = FloatVector.fromMemorySegment(FLOATS, e, eAt + at, ORDER);
      FloatVector z = v.mul(v);
      FloatVector small =
          FloatVector.broadcast(FLOATS, T4).fma(z, FloatVector.broadcast(FLOATS, T3));
      small = small.fma(z, FloatVector.broadcast(FLOATS, T2));
      small = small.fma(z, FloatVector.broadcast(FLOATS, T1));
      small = small.fma(z, FloatVector.broadcast(FLOATS, T0));
      small = small.fma(v.mul(z), v);
      FloatVector large =
          FloatVector.broadcast(FLOATS, 1f).sub(FloatVector.broadcast(FLOATS, 2f).div(p.add(1f)));
      large = large.blend(large.neg(), v.compare(VectorOperators.LT, 0f));
      FloatVector r = large.blend(small, v.abs().compare(VectorOperators.LT, TANH_IS_SMALL));
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }

  /// The logistic function, with `e = exp(-|x|)`.
  static void sigmoid(
      MemorySegment x, long xAt, MemorySegment e, long eAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || e.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = (long) i * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, x, xAt + at, ORDER);
      FloatVector p = FloatVector.fromMemorySegment(FLOATS, e, eAt + at, ORDER);
      FloatVector one = FloatVector.broadcast(FLOATS, 1f);
      var isOver = v.compare(VectorOperators.GE, 0f);
      FloatVector over = p.blend(1f, isOver);
      FloatVector d = one.add(p);
      FloatVector low = one.sub(d).add(p);
      FloatVector quotient = over.div(d);
      FloatVector minus = quotient.neg();
      FloatVector rest = minus.fma(low, minus.fma(d, over));
      FloatVector r = rest.fma(one.sub(quotient).blend(quotient, isOver), quotient);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN)).intoMemorySegment(y, yAt + at, ORDER);
    }
  }
}

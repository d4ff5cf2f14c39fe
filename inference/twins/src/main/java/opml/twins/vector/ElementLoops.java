package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// Loops over elements, whole vectors at a time, with the canonical NaN.
final class ElementLoops {
  private ElementLoops() {}

  static void add(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector sum =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER)
              .add(FloatVector.fromMemorySegment(FLOATS, b, bAt + (long) i * BYTES, ORDER));
      sum.blend(Lanes.NAN, sum.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void mul(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector product =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER)
              .mul(FloatVector.fromMemorySegment(FLOATS, b, bAt + (long) i * BYTES, ORDER));
      product
          .blend(Lanes.NAN, product.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void addOne(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector sum =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER).add(b);
      sum.blend(Lanes.NAN, sum.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void mulOne(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector product =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER).mul(b);
      product
          .blend(Lanes.NAN, product.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void sub(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector r =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER)
              .sub(FloatVector.fromMemorySegment(FLOATS, b, bAt + (long) i * BYTES, ORDER));
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void div(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector r =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER)
              .div(FloatVector.fromMemorySegment(FLOATS, b, bAt + (long) i * BYTES, ORDER));
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void min(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector r =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER)
              .min(FloatVector.fromMemorySegment(FLOATS, b, bAt + (long) i * BYTES, ORDER));
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void max(
      MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector r =
          FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER)
              .max(FloatVector.fromMemorySegment(FLOATS, b, bAt + (long) i * BYTES, ORDER));
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void subOne(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER);
      FloatVector r = v.sub(b);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void oneSub(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER);
      FloatVector r = FloatVector.broadcast(FLOATS, b).sub(v);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void divOne(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER);
      FloatVector r = v.div(b);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void oneDiv(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER);
      FloatVector r = FloatVector.broadcast(FLOATS, b).div(v);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void minOne(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER);
      FloatVector r = v.min(b);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  static void maxOne(MemorySegment a, long aAt, float b, MemorySegment y, long yAt, int n) {
    if (a.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromMemorySegment(FLOATS, a, aAt + (long) i * BYTES, ORDER);
      FloatVector r = v.max(b);
      r.blend(Lanes.NAN, r.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  /// What is above zero stays, and so is a NaN; all else, -0 too, becomes +0.
  static void relu(MemorySegment x, long xAt, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector value = FloatVector.fromMemorySegment(FLOATS, x, xAt + (long) i * BYTES, ORDER);
      FloatVector.zero(FLOATS)
          .blend(value, value.compare(VectorOperators.GT, 0f))
          .blend(Lanes.NAN, value.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }
}

package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The loops over a block of 32 weights of two vectors of rows. A lane is a row; the weights of one element are
/// together, and a byte of nibbles has the elements i and i + 16.
///
/// Sums of products are floats. All are integers below 2^24, so they are exact in any order.
final class Blocks {
  /// Elements of a block.
  static final int BLOCK = 32;

  /// Rows side by side.
  static final int ROWS = 2 * COUNT;

  private static final VectorSpecies<Byte> FEW_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  private static final VectorSpecies<Short> FEW_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, 16 * COUNT)));

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private static final int SHORT_SIGN = 0x8000;
  private static final int INFINITE_HALF = 0x7c00;
  private static final int INFINITE = 0x7f800000;

  private Blocks() {}

  /// {@return whether there are vectors of so few bytes as there are floats}
  static boolean areThere() {
    return COUNT >= 8;
  }

  /// `out = Σ w · x`, for bytes and one token.
  static void bytes(
      MemorySegment w, long wAt, MemorySegment x, long xAt, MemorySegment out, long outAt) {
    if (w.getClass() != NATIVE || x.getClass() != NATIVE || out.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector b0 = FloatVector.zero(FLOATS);
    FloatVector b1 = FloatVector.zero(FLOATS);
    for (int i = 0; i < BLOCK / 2; i++) {
      long at = wAt + i * 4L * COUNT;
      FloatVector x0 = FloatVector.broadcast(FLOATS, x.get(FLOAT, xAt + i * 8L));
      FloatVector x1 = FloatVector.broadcast(FLOATS, x.get(FLOAT, xAt + i * 8L + 4));
      a0 =
          ((IntVector)
                  ByteVector.fromMemorySegment(FEW_BYTES, w, at, ORDER)
                      .convertShape(VectorOperators.B2I, INTS, 0))
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsFloats()
              .fma(x0, a0);
      a1 =
          ((IntVector)
                  ByteVector.fromMemorySegment(FEW_BYTES, w, at + COUNT, ORDER)
                      .convertShape(VectorOperators.B2I, INTS, 0))
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsFloats()
              .fma(x0, a1);
      b0 =
          ((IntVector)
                  ByteVector.fromMemorySegment(FEW_BYTES, w, at + 2L * COUNT, ORDER)
                      .convertShape(VectorOperators.B2I, INTS, 0))
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsFloats()
              .fma(x1, b0);
      b1 =
          ((IntVector)
                  ByteVector.fromMemorySegment(FEW_BYTES, w, at + 3L * COUNT, ORDER)
                      .convertShape(VectorOperators.B2I, INTS, 0))
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsFloats()
              .fma(x1, b1);
    }
    a0.add(b0).intoMemorySegment(out, outAt, ORDER);
    a1.add(b1).intoMemorySegment(out, outAt + BYTES, ORDER);
  }

  /// `out = Σ (w - zero) · x`, for nibbles and one token.
  static void nibbles(
      MemorySegment w,
      long wAt,
      int zero,
      MemorySegment x,
      long xAt,
      MemorySegment out,
      long outAt) {
    if (w.getClass() != NATIVE || x.getClass() != NATIVE || out.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector b0 = FloatVector.zero(FLOATS);
    FloatVector b1 = FloatVector.zero(FLOATS);
    for (int i = 0; i < BLOCK / 2; i++) {
      long at = wAt + i * 2L * COUNT;
      FloatVector x0 = FloatVector.broadcast(FLOATS, x.get(FLOAT, xAt + i * 4L));
      FloatVector x1 = FloatVector.broadcast(FLOATS, x.get(FLOAT, xAt + i * 4L + 2 * BLOCK));
      IntVector w0 =
          (IntVector)
              ByteVector.fromMemorySegment(FEW_BYTES, w, at, ORDER)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      IntVector w1 =
          (IntVector)
              ByteVector.fromMemorySegment(FEW_BYTES, w, at + COUNT, ORDER)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      a0 = w0.and(15).sub(zero).convert(VectorOperators.I2F, 0).reinterpretAsFloats().fma(x0, a0);
      a1 = w1.and(15).sub(zero).convert(VectorOperators.I2F, 0).reinterpretAsFloats().fma(x0, a1);
      b0 =
          w0.lanewise(VectorOperators.LSHR, 4)
              .sub(zero)
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsFloats()
              .fma(x1, b0);
      b1 =
          w1.lanewise(VectorOperators.LSHR, 4)
              .sub(zero)
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsFloats()
              .fma(x1, b1);
    }
    a0.add(b0).intoMemorySegment(out, outAt, ORDER);
    a1.add(b1).intoMemorySegment(out, outAt + BYTES, ORDER);
  }

  /// Writes vectors of signed bytes as floats.
  static void unpackBytes(MemorySegment w, long wAt, MemorySegment to, long toAt, int vectors) {
    if (w.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      ((IntVector)
              ByteVector.fromMemorySegment(FEW_BYTES, w, wAt + i * (long) COUNT, ORDER)
                  .convertShape(VectorOperators.B2I, INTS, 0))
          .convert(VectorOperators.I2F, 0)
          .reinterpretAsFloats()
          .intoMemorySegment(to, toAt + i * (long) BYTES, ORDER);
    }
  }

  /// Writes a block of nibbles less `zero` as floats.
  static void unpackNibbles(MemorySegment w, long wAt, int zero, MemorySegment to, long toAt) {
    if (w.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < BLOCK; i++) {
      IntVector two =
          (IntVector)
              ByteVector.fromMemorySegment(FEW_BYTES, w, wAt + i * (long) COUNT, ORDER)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
      long at = toAt + i * (long) BYTES;
      two.and(15)
          .sub(zero)
          .convert(VectorOperators.I2F, 0)
          .reinterpretAsFloats()
          .intoMemorySegment(to, at, ORDER);
      two.lanewise(VectorOperators.LSHR, 4)
          .sub(zero)
          .convert(VectorOperators.I2F, 0)
          .reinterpretAsFloats()
          .intoMemorySegment(to, at + (long) BLOCK * BYTES, ORDER);
    }
  }

  /// Writes vectors of half-precision floats as single ones. A half's bits, moved up, are a float that is 2^112 too
  /// small, also where they are subnormal; infinities and NaNs have an exponent of their own.
  static void widen(MemorySegment w, long wAt, MemorySegment to, long toAt, int vectors) {
    if (w.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      IntVector half =
          (IntVector)
              ShortVector.fromMemorySegment(FEW_SHORTS, w, wAt + i * 2L * COUNT, ORDER)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      IntVector magnitude = half.and(SHORT_SIGN - 1);
      IntVector finite =
          magnitude
              .lanewise(VectorOperators.LSHL, 13)
              .reinterpretAsFloats()
              .mul(0x1p112f)
              .reinterpretAsInts();
      finite
          .lanewise(
              VectorOperators.OR, INFINITE, magnitude.compare(VectorOperators.GE, INFINITE_HALF))
          .or(half.and(SHORT_SIGN).lanewise(VectorOperators.LSHL, 16))
          .intoMemorySegment(to, toAt + i * (long) BYTES, ORDER);
    }
  }

  /// `acc = fma(sum, scale · dx, acc)`.
  static void add(MemorySegment scratch, long sumsAt, long scalesAt, float dx, long accAt) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < 2; i++) {
      long place = i * (long) BYTES;
      FloatVector.fromMemorySegment(FLOATS, scratch, sumsAt + place, ORDER)
          .fma(
              FloatVector.fromMemorySegment(FLOATS, scratch, scalesAt + place, ORDER).mul(dx),
              FloatVector.fromMemorySegment(FLOATS, scratch, accAt + place, ORDER))
          .intoMemorySegment(scratch, accAt + place, ORDER);
    }
  }

  /// `acc = fma(sum · integer, scale · dx, acc)`, then `acc = fma(all · least, second · dx, acc)`. The integers'
  /// products are exact; +0 is added to them because as an integer there is no -0.
  ///
  /// @param scalesAt the scales, the second ones, the integers and the least ones of all rows, as floats
  static void addBoth(
      MemorySegment scratch, long sumsAt, long scalesAt, float dx, float all, long accAt) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector every = FloatVector.broadcast(FLOATS, all);
    for (int i = 0; i < 2; i++) {
      long place = i * (long) BYTES;
      long at = scalesAt + place;
      FloatVector acc =
          FloatVector.fromMemorySegment(FLOATS, scratch, sumsAt + place, ORDER)
              .fma(FloatVector.fromMemorySegment(FLOATS, scratch, at + 4L * BYTES, ORDER), zero)
              .fma(
                  FloatVector.fromMemorySegment(FLOATS, scratch, at, ORDER).mul(dx),
                  FloatVector.fromMemorySegment(FLOATS, scratch, accAt + place, ORDER));
      FloatVector.fromMemorySegment(FLOATS, scratch, at + 6L * BYTES, ORDER)
          .fma(every, zero)
          .fma(FloatVector.fromMemorySegment(FLOATS, scratch, at + 2L * BYTES, ORDER).mul(dx), acc)
          .intoMemorySegment(scratch, accAt + place, ORDER);
    }
  }
}

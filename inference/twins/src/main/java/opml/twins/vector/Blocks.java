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
/// together. The elements i and i + 16 are beside each other, in bytes or in one byte.
///
/// Sums of products are floats. All are integers of at most 2^24, also those that integers multiply, so they are exact
/// in any order.
final class Blocks {
  /// Elements of a block.
  static final int BLOCK = 32;

  /// Rows side by side.
  static final int ROWS = 2 * COUNT;

  private static final VectorSpecies<Byte> FEW_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  /// As many as rows.
  private static final VectorSpecies<Byte> ROW_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 16 * COUNT)));

  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;

  private static final VectorSpecies<Short> FEW_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, 16 * COUNT)));

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  private static final int SHORT_SIGN = 0x8000;
  private static final int INFINITE_HALF = 0x7c00;
  private static final int INFINITE = 0x7f800000;

  private Blocks() {}

  /// {@return whether there are vectors of so few bytes as there are floats}
  static boolean areThere() {
    return COUNT >= 8 && SHORTS.length() == ROWS;
  }

  /// `out = Σ w · x` of the first half of a block, then of the second, for bytes and one token as floats.
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
      FloatVector x0 = FloatVector.broadcast(FLOATS, x.get(FLOAT, xAt + i * 4L));
      FloatVector x1 = FloatVector.broadcast(FLOATS, x.get(FLOAT, xAt + i * 4L + 2 * BLOCK));
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
    a0.intoMemorySegment(out, outAt, ORDER);
    a1.intoMemorySegment(out, outAt + BYTES, ORDER);
    b0.intoMemorySegment(out, outAt + 2L * BYTES, ORDER);
    b1.intoMemorySegment(out, outAt + 3L * BYTES, ORDER);
  }

  /// `out = Σ w · x` of the first half of a block, then of the second, for unsigned nibbles and one token as 16 bits.
  /// Sixteen products of at most 15 · 128 are below 2^15.
  static void nibbles(
      MemorySegment w, long wAt, MemorySegment x, long xAt, MemorySegment out, long outAt) {
    if (w.getClass() != NATIVE || x.getClass() != NATIVE || out.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    ShortVector a = ShortVector.zero(SHORTS);
    ShortVector b = ShortVector.zero(SHORTS);
    for (int i = 0; i < BLOCK / 2; i++) {
      ShortVector both =
          (ShortVector)
              ByteVector.fromMemorySegment(ROW_BYTES, w, wAt + i * 2L * COUNT, ORDER)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2S, SHORTS, 0);
      a = a.add(both.and((short) 15).mul(x.get(SHORT, xAt + i * 2L)));
      b = b.add(both.lanewise(VectorOperators.LSHR, 4).mul(x.get(SHORT, xAt + i * 2L + BLOCK)));
    }
    store(a, out, outAt);
    store(b, out, outAt + 2L * BYTES);
  }

  private static void store(ShortVector sums, MemorySegment out, long outAt) {
    ((FloatVector) sums.convertShape(VectorOperators.S2I, INTS, 0).convert(VectorOperators.I2F, 0))
        .intoMemorySegment(out, outAt, ORDER);
    ((FloatVector) sums.convertShape(VectorOperators.S2I, INTS, 1).convert(VectorOperators.I2F, 0))
        .intoMemorySegment(out, outAt + BYTES, ORDER);
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

  /// Writes a block of bytes as floats, those of either half times its integers.
  static void scaleBytes(
      MemorySegment w,
      long wAt,
      MemorySegment scratch,
      long firstIntegers,
      long secondIntegers,
      long toAt) {
    if (w.getClass() != NATIVE || scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int vector = 0; vector < 4; vector++) {
      long place = (vector < 2 ? firstIntegers : secondIntegers) + vector % 2 * (long) BYTES;
      FloatVector integers = FloatVector.fromMemorySegment(FLOATS, scratch, place, ORDER);
      long half = toAt + (vector / 2 * (long) BLOCK + vector % 2) * BYTES;
      for (int i = 0; i < BLOCK / 2; i++) {
        ((IntVector)
                ByteVector.fromMemorySegment(FEW_BYTES, w, wAt + (4L * i + vector) * COUNT, ORDER)
                    .convertShape(VectorOperators.B2I, INTS, 0))
            .convert(VectorOperators.I2F, 0)
            .reinterpretAsFloats()
            .mul(integers)
            .intoMemorySegment(scratch, half + i * 2L * BYTES, ORDER);
      }
    }
  }

  /// Writes a block of nibbles less `zero` as floats, those of either half times its integers.
  static void scaleNibbles(
      MemorySegment w,
      long wAt,
      int zero,
      MemorySegment scratch,
      long firstIntegers,
      long secondIntegers,
      long toAt) {
    if (w.getClass() != NATIVE || scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int vector = 0; vector < 2; vector++) {
      long place = vector * (long) BYTES;
      FloatVector lower =
          FloatVector.fromMemorySegment(FLOATS, scratch, firstIntegers + place, ORDER);
      FloatVector upper =
          FloatVector.fromMemorySegment(FLOATS, scratch, secondIntegers + place, ORDER);
      for (int i = 0; i < BLOCK / 2; i++) {
        IntVector two =
            (IntVector)
                ByteVector.fromMemorySegment(FEW_BYTES, w, wAt + (2L * i + vector) * COUNT, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        long at = toAt + (2L * i + vector) * BYTES;
        two.and(15)
            .sub(zero)
            .convert(VectorOperators.I2F, 0)
            .reinterpretAsFloats()
            .mul(lower)
            .intoMemorySegment(scratch, at, ORDER);
        two.lanewise(VectorOperators.LSHR, 4)
            .sub(zero)
            .convert(VectorOperators.I2F, 0)
            .reinterpretAsFloats()
            .mul(upper)
            .intoMemorySegment(scratch, at + (long) BLOCK * BYTES, ORDER);
      }
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

  /// `acc = fma(sum, scale · dx, acc)`, where the sum is that of both halves, less what their zeros take away, each
  /// times its integers. All that is exact; +0 is added because among integers there is no -0.
  ///
  /// @param sumsAt those of the first half, then of the second
  /// @param firstZeros what is taken from the first ones
  static void addHalves(
      MemorySegment scratch,
      long sumsAt,
      float firstZeros,
      float secondZeros,
      long firstIntegers,
      long secondIntegers,
      long scalesAt,
      float dx,
      long accAt) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector zero = FloatVector.zero(FLOATS);
    for (int i = 0; i < 2; i++) {
      long place = i * (long) BYTES;
      long other = place + 2L * BYTES;
      FloatVector first =
          FloatVector.fromMemorySegment(FLOATS, scratch, sumsAt + place, ORDER)
              .sub(firstZeros)
              .fma(
                  FloatVector.fromMemorySegment(FLOATS, scratch, firstIntegers + place, ORDER),
                  zero);
      FloatVector.fromMemorySegment(FLOATS, scratch, sumsAt + other, ORDER)
          .sub(secondZeros)
          .fma(FloatVector.fromMemorySegment(FLOATS, scratch, secondIntegers + place, ORDER), first)
          .fma(
              FloatVector.fromMemorySegment(FLOATS, scratch, scalesAt + place, ORDER).mul(dx),
              FloatVector.fromMemorySegment(FLOATS, scratch, accAt + place, ORDER))
          .intoMemorySegment(scratch, accAt + place, ORDER);
    }
  }

  /// `acc = fma(all, minimum · dx, acc)`, where `all` are the sums of a token's halves, each times its integers.
  static void addMinima(
      MemorySegment scratch,
      float firstAll,
      float secondAll,
      long firstIntegers,
      long secondIntegers,
      long minimaAt,
      float dx,
      long accAt) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector zero = FloatVector.zero(FLOATS);
    FloatVector first = FloatVector.broadcast(FLOATS, firstAll);
    FloatVector second = FloatVector.broadcast(FLOATS, secondAll);
    for (int i = 0; i < 2; i++) {
      long place = i * (long) BYTES;
      FloatVector.fromMemorySegment(FLOATS, scratch, firstIntegers + place, ORDER)
          .fma(first, zero)
          .add(
              FloatVector.fromMemorySegment(FLOATS, scratch, secondIntegers + place, ORDER)
                  .fma(second, zero))
          .fma(
              FloatVector.fromMemorySegment(FLOATS, scratch, minimaAt + place, ORDER).mul(dx),
              FloatVector.fromMemorySegment(FLOATS, scratch, accAt + place, ORDER))
          .intoMemorySegment(scratch, accAt + place, ORDER);
    }
  }
}

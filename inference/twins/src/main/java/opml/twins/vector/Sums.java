package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// What becomes of the chunks that [Tiles] leave in memory.
///
/// A DOT adds its chunks to +0. Here the first chunk is the sum, and +0 is added at the end: the two differ only in
/// that a sum may be -0 in between, which no further chunk but -0 leaves so, and which the +0 ends.
final class Sums {
  /// Products of a chunk: of a DOT, by definition; of 8-bit integers as floats, because 256 products of two numbers up
  /// to 255 are below 2^24, and so exact.
  static final int CHUNK = 256;

  private Sums() {}

  /// `sum = sum + chunk`, in floats.
  static void add(MemorySegment sums, long sumsAt, MemorySegment chunk, long chunkAt, int vectors) {
    if (sums.getClass() != NATIVE || chunk.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      long at = sumsAt + (long) i * BYTES;
      FloatVector.fromMemorySegment(FLOATS, sums, at, ORDER)
          .add(FloatVector.fromMemorySegment(FLOATS, chunk, chunkAt + (long) i * BYTES, ORDER))
          .intoMemorySegment(sums, at, ORDER);
    }
  }

  /// `sum = (int) chunk`, for the first chunk of integers, all below 2^24; the sums may be the chunk.
  static void setInts(
      MemorySegment sums, long sumsAt, MemorySegment chunk, long chunkAt, int vectors) {
    if (sums.getClass() != NATIVE || chunk.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      FloatVector.fromMemorySegment(FLOATS, chunk, chunkAt + (long) i * BYTES, ORDER)
          .convert(VectorOperators.F2I, 0)
          .intoMemorySegment(sums, sumsAt + (long) i * BYTES, ORDER);
    }
  }

  /// `sum = sum + (int) chunk`, for the others.
  static void addInts(
      MemorySegment sums, long sumsAt, MemorySegment chunk, long chunkAt, int vectors) {
    if (sums.getClass() != NATIVE || chunk.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      long at = sumsAt + (long) i * BYTES;
      IntVector.fromMemorySegment(INTS, sums, at, ORDER)
          .add(
              FloatVector.fromMemorySegment(FLOATS, chunk, chunkAt + (long) i * BYTES, ORDER)
                  .convert(VectorOperators.F2I, 0))
          .intoMemorySegment(sums, at, ORDER);
    }
  }

  /// `y = alpha · sum + beta · addend`, with the canonical NaN, for rows of sums behind each other and one row of
  /// addends, which is in the same memory; y may be the sums.
  static void finish(
      MemorySegment sums,
      long sumsAt,
      float alpha,
      float beta,
      long addendsAt,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows,
      int vectors) {
    if (sums.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      FloatVector addend =
          FloatVector.fromMemorySegment(FLOATS, sums, addendsAt + (long) i * BYTES, ORDER)
              .mul(beta);
      for (int row = 0; row < rows; row++) {
        long at = sumsAt + ((long) row * vectors + i) * BYTES;
        FloatVector sum =
            FloatVector.fromMemorySegment(FLOATS, sums, at, ORDER).add(0f).mul(alpha).add(addend);
        sum.blend(Lanes.NAN, sum.test(VectorOperators.IS_NAN))
            .intoMemorySegment(y, yAt + row * yRow + (long) i * BYTES, ORDER);
      }
    }
  }

  /// `y = min(most, max(least, sum + bias))` as [Bounds] has it, with the canonical NaN, for rows of sums; y may be the
  /// sums.
  static void bias(
      MemorySegment sums,
      long sumsAt,
      long sumsRow,
      float bias,
      float least,
      float most,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows,
      int vectors) {
    if (sums.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < vectors; i++) {
        FloatVector sum =
            FloatVector.fromMemorySegment(
                    FLOATS, sums, sumsAt + row * sumsRow + (long) i * BYTES, ORDER)
                .add(0f)
                .add(bias);
        sum = sum.blend(least, sum.compare(VectorOperators.LT, least));
        sum = sum.blend(most, sum.compare(VectorOperators.GT, most));
        sum.blend(Lanes.NAN, sum.test(VectorOperators.IS_NAN))
            .intoMemorySegment(y, yAt + row * yRow + (long) i * BYTES, ORDER);
      }
    }
  }
}

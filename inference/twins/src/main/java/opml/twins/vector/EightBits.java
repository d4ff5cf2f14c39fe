package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import opml.kernels.layout.TextCache;
import opml.kernels.memory.Mem;

/// Floats in blocks of 32, as bytes that share a scale. Not where a vector has four lanes only, for which there is no
/// vector of bytes.
final class EightBits {
  // Lanes beside others, as far apart as there are so many.
  private static final VectorShuffle<Integer> BY_8 = beside(8);
  private static final VectorShuffle<Integer> BY_4 = beside(4);
  private static final VectorShuffle<Integer> BY_2 = beside(2);
  private static final VectorShuffle<Integer> BY_1 = beside(1);

  /// Elements of a block.
  static final int BLOCK = 32;

  /// Below, a block counts as zeros.
  static final float LEAST = 0x1p-100f;

  private static final int LEAST_LANES = 8;

  private static final VectorSpecies<Byte> BYTE_LANES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  private static final int VECTORS = BLOCK / Math.min(COUNT, BLOCK);

  /// Where floats are integers, in the middle of a binade.
  private static final float SHIFTER = 12582912f;

  private static final int SHIFTER_BITS = 0x4b400000;

  private EightBits() {}

  static boolean fitVectors() {
    return COUNT >= LEAST_LANES && COUNT <= BLOCK;
  }

  /// {@return the greatest magnitude of a block; NaN if there is one}
  ///
  /// Magnitudes and NaN are in the order of their bits.
  static float most(MemorySegment x, long at) {
    if (x.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    IntVector most = IntVector.zero(INTS);
    for (int i = 0; i < VECTORS; i++) {
      most =
          most.max(
              IntVector.fromMemorySegment(INTS, x, at + (long) i * BYTES, ORDER).and(0x7fffffff));
    }
    most = most.max(most.rearrange(BY_8));
    most = most.max(most.rearrange(BY_4));
    most = most.max(most.rearrange(BY_2));
    most = most.max(most.rearrange(BY_1));
    return Float.intBitsToFloat(most.lane(0));
  }

  /// Writes a block's bytes: `x · inverse`, to the nearest; 0 for NaN.
  static void round(MemorySegment x, long xAt, float inverse, MemorySegment q, long qAt) {
    if (x.getClass() != NATIVE || q.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < VECTORS; i++) {
      FloatVector scaled =
          FloatVector.fromMemorySegment(FLOATS, x, xAt + (long) i * BYTES, ORDER).mul(inverse);
      IntVector rounded =
          scaled
              .blend(0f, scaled.test(VectorOperators.IS_NAN))
              .add(SHIFTER)
              .reinterpretAsInts()
              .sub(SHIFTER_BITS);
      ((ByteVector) rounded.convertShape(VectorOperators.I2B, BYTE_LANES, 0))
          .intoMemorySegment(q, qAt + (long) i * COUNT, ORDER);
    }
  }

  /// Widens some elements of a row of blocks with scales in binary16, exactly.
  static void widen(MemorySegment x, long row, int first, MemorySegment y, long at, int elements) {
    for (int i = first; i < first + elements; i += COUNT) {
      long block = row + i / TextCache.BLOCK * (long) TextCache.BLOCK_BYTES;
      float scale = Float.float16ToFloat((short) Mem.i16(x, block));
      scale(x, block + 2 + i % TextCache.BLOCK, scale, y, at + 4L * (i - first));
    }
  }

  private static void scale(MemorySegment x, long xAt, float scale, MemorySegment y, long yAt) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    ((FloatVector)
            ByteVector.fromMemorySegment(BYTE_LANES, x, xAt, ORDER)
                .convertShape(VectorOperators.B2I, INTS, 0)
                .convert(VectorOperators.I2F, 0))
        .mul(scale)
        .intoMemorySegment(y, yAt, ORDER);
  }

  private static VectorShuffle<Integer> beside(int apart) {
    return VectorShuffle.fromOp(INTS, lane -> apart < INTS.length() ? lane ^ apart : lane);
  }
}

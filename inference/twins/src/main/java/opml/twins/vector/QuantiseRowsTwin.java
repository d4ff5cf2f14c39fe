package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.QuantiseRowsCall;

/// `quantize.rows`. A unit is a row.
final class QuantiseRowsTwin implements PreparedKernel {
  private static final VectorSpecies<Byte> FEW_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  /// Where floats are integers, in the middle of a binade: its lowest byte is the integer's.
  private static final float SHIFTER = 12582912f;

  private static final int MAGNITUDE = Integer.MAX_VALUE;
  private static final int INFINITE = 0x7f800000;
  private static final float LEAST = 0x1p-100f;

  private final QuantiseRowsCall call;

  private QuantiseRowsTwin(QuantiseRowsCall call) {
    this.call = call;
  }

  static Optional<PreparedKernel> prepare(QuantiseRowsCall call) {
    return Blocks.areThere() && call.isOrdinary()
        ? Optional.of(new QuantiseRowsTwin(call))
        : Optional.empty();
  }

  @Override
  public int units() {
    return call.rows();
  }

  /// A row, and its integers.
  @Override
  public long scratchBytes() {
    return 5L * Blocks.BLOCK * call.blocks();
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    int count = call.tokens(segments[0]);
    if (count == 0) {
      return 0;
    }
    call.check(segments, count);
    int elements = Blocks.BLOCK * call.blocks();
    MemorySegment x = segments[1];
    MemorySegment q = segments[2];
    for (int row = from; row < Math.min(to, count); row++) {
      long xAt = (long) Float.BYTES * row * elements;
      long qAt = (long) row * elements;
      if (x.getClass() == NATIVE && q.getClass() == NATIVE) {
        quantise(x, xAt, q, qAt, segments[3], row);
      } else {
        MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
        long integers = (long) Float.BYTES * elements;
        MemorySegment.copy(x, xAt, scratch, 0, integers);
        quantise(scratch, 0, scratch, integers, segments[3], row);
        MemorySegment.copy(scratch, integers, q, qAt, elements);
      }
    }
    return 0;
  }

  private void quantise(
      MemorySegment x, long xAt, MemorySegment q, long qAt, MemorySegment d, int row) {
    for (int block = 0; block < call.blocks(); block++) {
      long from = xAt + (long) Float.BYTES * Blocks.BLOCK * block;
      int bits = most(x, from);
      float most = Float.intBitsToFloat(bits);
      boolean none = most < LEAST; // false for NaN
      Mem.putF32(d, 4 * ((long) row * call.blocks() + block), none ? 0f : most / 127f);
      // Where the greatest is infinite or NaN, no product is a number that is not 0.
      float inverse = none || bits >= INFINITE ? 0f : 127f / most;
      round(x, from, inverse, q, qAt + (long) Blocks.BLOCK * block);
    }
  }

  /// {@return the bits of the greatest magnitude, of which those of NaN are the greatest}
  private static int most(MemorySegment x, long at) {
    if (x.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    IntVector most = IntVector.zero(INTS);
    for (int i = 0; i < Blocks.BLOCK / COUNT; i++) {
      most =
          IntVector.fromMemorySegment(INTS, x, at + i * (long) BYTES, ORDER)
              .and(MAGNITUDE)
              .max(most);
    }
    return most.reduceLanes(VectorOperators.MAX);
  }

  /// `q = rne(x · inverse)`; a product that is no number is 0.
  private static void round(MemorySegment x, long xAt, float inverse, MemorySegment q, long qAt) {
    if (x.getClass() != NATIVE || q.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < Blocks.BLOCK / COUNT; i++) {
      FloatVector product =
          FloatVector.fromMemorySegment(FLOATS, x, xAt + i * (long) BYTES, ORDER).mul(inverse);
      ((ByteVector)
              product
                  .blend(0f, product.test(VectorOperators.IS_NAN))
                  .add(SHIFTER)
                  .reinterpretAsInts()
                  .convertShape(VectorOperators.I2B, FEW_BYTES, 0))
          .intoMemorySegment(q, qAt + i * (long) COUNT, ORDER);
    }
  }
}

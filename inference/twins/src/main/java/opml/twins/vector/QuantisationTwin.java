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
import opml.twins.call.QuantiseCall;
import opml.twins.call.TwinCall;

/// `quantize` and `dequantize`. Not where a vector has four lanes only, for which there is no vector of bytes.
final class QuantisationTwin implements PreparedKernel {
  static final int LEAST_LANES = 8;

  private static final VectorSpecies<Byte> EIGHTS =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  /// Beyond any rounded value less zero point that is not saturated.
  private static final float SATURATED = 1024f;

  /// Where floats are integers, in the middle of a binade.
  private static final float SHIFTER = 12582912f;

  private static final int SHIFTER_BITS = 0x4b400000;

  // the scratch memory
  private static final long X = 0;
  private static final long Y = 4L * ProductBlocks.SIZE;

  private final QuantiseCall call;
  private final long[] extents;
  private final ProductBlocks blocks;

  private QuantisationTwin(QuantiseCall call) {
    this.call = call;
    this.extents = call.extents();
    this.blocks =
        call.perChannel()
            ? new ProductBlocks(call.outer() * call.channels(), call.inner())
            : new ProductBlocks(1, call.outer() * call.channels() * call.inner());
  }

  static Optional<PreparedKernel> prepare(QuantiseCall call) {
    return COUNT >= LEAST_LANES && call.isOrdinary()
        ? Optional.of(new QuantisationTwin(call))
        : Optional.empty();
  }

  @Override
  public int units() {
    return blocks.units();
  }

  @Override
  public long scratchBytes() {
    return 2 * Y;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    MemorySegment x = segments[0];
    MemorySegment y = segments[3];
    boolean inPlace = x.getClass() == NATIVE && y.getClass() == NATIVE;
    int mask = call.unsigned() ? 255 : -1;
    for (int unit = from; unit < to; unit++) {
      int channel = call.perChannel() ? blocks.row(unit) % call.channels() : 0;
      float scale = Mem.f32(segments[1], 4L * channel);
      int zero = Mem.i8(segments[2], channel) & mask;
      long first = (long) blocks.row(unit) * blocks.length() + blocks.first(unit);
      int count = blocks.count(unit);
      int whole = inPlace ? count / COUNT : 0;
      if (whole > 0) {
        vectors(x, first * call.xWidth(), scale, zero, y, first * call.yWidth(), whole);
      }
      int done = whole * COUNT;
      int rest = count - done;
      if (rest > 0) {
        long at = first + done;
        MemorySegment.copy(x, at * call.xWidth(), scratch, X, (long) rest * call.xWidth());
        vectors(scratch, X, scale, zero, scratch, Y, Lanes.vectors(rest));
        MemorySegment.copy(scratch, Y, y, at * call.yWidth(), (long) rest * call.yWidth());
      }
    }
    return 0;
  }

  private void vectors(
      MemorySegment x, long xAt, float scale, int zero, MemorySegment y, long yAt, int n) {
    if (call.xWidth() == 1) {
      dequantise(x, xAt, scale, call.unsigned() ? 255 : -1, zero, y, yAt, n);
    } else {
      quantise(x, xAt, scale, zero, call.unsigned() ? 0 : -128, y, yAt, n);
    }
  }

  /// Bytes from `least` to `least + 255`; of NaN, the zero point.
  static void quantise(
      MemorySegment x,
      long xAt,
      float scale,
      int zero,
      int least,
      MemorySegment y,
      long yAt,
      int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector value =
          FloatVector.fromMemorySegment(FLOATS, x, xAt + (long) i * BYTES, ORDER).div(scale);
      IntVector rounded =
          value
              .blend(0f, value.test(VectorOperators.IS_NAN))
              .max(-SATURATED)
              .min(SATURATED)
              .add(SHIFTER)
              .reinterpretAsInts()
              .sub(SHIFTER_BITS)
              .add(zero)
              .max(least)
              .min(least + 255);
      ((ByteVector) rounded.convertShape(VectorOperators.I2B, EIGHTS, 0))
          .intoMemorySegment(y, yAt + (long) i * COUNT, ORDER);
    }
  }

  private static void dequantise(
      MemorySegment x,
      long xAt,
      float scale,
      int mask,
      int zero,
      MemorySegment y,
      long yAt,
      int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      IntVector value =
          (IntVector)
              ByteVector.fromMemorySegment(EIGHTS, x, xAt + (long) i * COUNT, ORDER)
                  .convertShape(VectorOperators.B2I, INTS, 0);
      FloatVector product =
          ((FloatVector) value.and(mask).sub(zero).convert(VectorOperators.I2F, 0)).mul(scale);
      product
          .blend(Lanes.NAN, product.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }
}

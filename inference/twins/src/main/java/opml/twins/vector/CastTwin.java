package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.CastCall;
import opml.twins.call.TwinCall;

/// `cast` from int32 to float32.
final class CastTwin implements PreparedKernel {
  private final long[] extents;
  private final ProductBlocks blocks;

  private CastTwin(CastCall call) {
    this.extents = call.extents();
    this.blocks = new ProductBlocks(1, call.n());
  }

  static Optional<PreparedKernel> prepare(CastCall call) {
    return call.isOrdinary() ? Optional.of(new CastTwin(call)) : Optional.empty();
  }

  @Override
  public int units() {
    return blocks.units();
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment x = segments[0];
    MemorySegment y = segments[1];
    boolean inPlace = x.getClass() == NATIVE && y.getClass() == NATIVE;
    for (int unit = from; unit < to; unit++) {
      long at = 4L * blocks.first(unit);
      int count = blocks.count(unit);
      int whole = inPlace ? count / COUNT : 0;
      if (whole > 0) {
        vectors(x, y, at, whole);
      }
      for (int i = whole * COUNT; i < count; i++) {
        Mem.putF32(y, at + 4L * i, (float) Mem.i32(x, at + 4L * i));
      }
    }
    return 0;
  }

  private static void vectors(MemorySegment x, MemorySegment y, long from, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      long at = from + (long) i * BYTES;
      IntVector.fromMemorySegment(INTS, x, at, ORDER)
          .convert(VectorOperators.I2F, 0)
          .intoMemorySegment(y, at, ORDER);
    }
  }
}

package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.AxisCall;
import opml.twins.call.TwinCall;

/// `softmax.f32` and `globalaveragepool.f32`: each row is gathered into the scratch memory, and folded there.
final class AxisTwin implements PreparedKernel {
  private static final long PARTS = 0; // a vector's lanes, or the accumulators
  private static final long ROW = Math.max(4L * LaneSums.COUNT, BYTES);

  private final AxisCall call;
  private final long[] extents;

  private AxisTwin(AxisCall call) {
    this.call = call;
    this.extents = call.extents();
  }

  static Optional<PreparedKernel> prepare(AxisCall call) {
    return call.isOrdinary() ? Optional.of(new AxisTwin(call)) : Optional.empty();
  }

  @Override
  public int units() {
    return call.outer() * call.inner();
  }

  @Override
  public long scratchBytes() {
    return ROW + (long) Lanes.vectors(call.n()) * BYTES;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    int n = call.n();
    long step = 4L * call.inner();
    for (int unit = from; unit < to; unit++) {
      int outer = unit / call.inner();
      int inner = unit % call.inner();
      long row = 4 * ((long) outer * n * call.inner() + inner);
      Rows.gather(segments[0], row, step, scratch, ROW, n);
      if (call.reduces()) {
        Mem.putF32(segments[1], 4L * unit, LaneSums.sum(scratch, ROW, n, scratch) / n);
      } else {
        softmax(scratch, n);
        scatter(scratch, segments[1], row, step, n);
      }
    }
    return 0;
  }

  private static void softmax(MemorySegment scratch, int n) {
    int vectors = Lanes.vectors(n);
    Rows.fill(scratch, ROW + 4L * n, Float.NEGATIVE_INFINITY, vectors * COUNT - n);
    max(scratch, vectors);
    float max = Float.NEGATIVE_INFINITY;
    for (int lane = 0; lane < COUNT; lane++) {
      max = Math.max(max, Mem.f32(scratch, PARTS + 4L * lane));
    }
    Exponential.exp(scratch, ROW, 1f, max, scratch, ROW, vectors);
    divide(scratch, LaneSums.sum(scratch, ROW, n, scratch), vectors);
  }

  /// The greatest of each lane.
  private static void max(MemorySegment scratch, int vectors) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < vectors; i++) {
      max = max.max(FloatVector.fromMemorySegment(FLOATS, scratch, ROW + (long) i * BYTES, ORDER));
    }
    max.intoMemorySegment(scratch, PARTS, ORDER);
  }

  private static void divide(MemorySegment scratch, float sum, int vectors) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      long at = ROW + (long) i * BYTES;
      FloatVector share = FloatVector.fromMemorySegment(FLOATS, scratch, at, ORDER).div(sum);
      share
          .blend(Lanes.NAN, share.test(VectorOperators.IS_NAN))
          .intoMemorySegment(scratch, at, ORDER);
    }
  }

  private static void scatter(
      MemorySegment scratch, MemorySegment to, long toAt, long step, int n) {
    if (step == 4) {
      Rows.copy(scratch, ROW, to, toAt, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      Mem.putI32(to, toAt + i * step, Mem.i32(scratch, ROW + 4L * i));
    }
  }
}

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
import jdk.incubator.vector.VectorShuffle;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.AxisCall;
import opml.twins.call.TwinCall;

/// `softmax.f32`, `globalaveragepool.f32` and reductions: each row is gathered into the scratch memory, unless it can
/// be read where it is, and folded there.
final class AxisTwin implements PreparedKernel {
  // the scratch memory: accumulators, or the lanes of a vector, then a row
  private static final long PARTS = 0;
  private static final long ROW = Math.max(4L * LaneSums.COUNT, BYTES);

  // Each lane beside the one so far away: of the sixteen lanes of the widest vectors, every step is
  // another.
  private static final VectorShuffle<Float> HALF_APART =
      VectorShuffle.fromOp(FLOATS, lane -> lane ^ COUNT / 2);
  private static final VectorShuffle<Float> QUARTER_APART =
      VectorShuffle.fromOp(FLOATS, lane -> lane ^ COUNT / 4);
  private static final VectorShuffle<Float> TWO_APART =
      VectorShuffle.fromOp(FLOATS, lane -> (lane ^ 2) % COUNT);
  private static final VectorShuffle<Float> ONE_APART =
      VectorShuffle.fromOp(FLOATS, lane -> (lane ^ 1) % COUNT);

  /// What becomes of a row.
  enum Fold {
    SOFTMAX,
    SUM,
    MEAN,
    GREATEST,
    LEAST
  }

  private final Fold fold;
  private final AxisCall call;
  private final long[] extents;

  private AxisTwin(Fold fold, AxisCall call) {
    this.fold = fold;
    this.call = call;
    this.extents = call.extents();
  }

  static Optional<PreparedKernel> prepare(Fold fold, AxisCall call) {
    return call.isOrdinary() ? Optional.of(new AxisTwin(fold, call)) : Optional.empty();
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
    if (fold == Fold.SOFTMAX
        && step == 4
        && n % COUNT == 0
        && segments[0].getClass() == NATIVE
        && segments[1].getClass() == NATIVE) {
      softmaxOfRows(segments[0], segments[1], n, from, to, scratch);
      return 0;
    }
    for (int unit = from; unit < to; unit++) {
      int outer = unit / call.inner();
      int inner = unit % call.inner();
      long row = 4 * ((long) outer * n * call.inner() + inner);
      MemorySegment x = segments[0];
      long at = row;
      if (fold == Fold.SOFTMAX || step != 4 || x.getClass() != NATIVE) {
        Rows.gather(x, row, step, scratch, ROW, n);
        x = scratch;
        at = ROW;
      }
      switch (fold) {
        case SOFTMAX -> {
          softmax(scratch, n);
          scatter(scratch, segments[1], row, step, n);
        }
        case SUM -> Mem.putF32(segments[1], 4L * unit, LaneSums.sum(x, at, n, scratch));
        case MEAN -> Mem.putF32(segments[1], 4L * unit, LaneSums.sum(x, at, n, scratch) / n);
        case GREATEST -> Mem.putF32(segments[1], 4L * unit, greatest(x, at, n, scratch));
        case LEAST -> Mem.putF32(segments[1], 4L * unit, least(x, at, n, scratch));
      }
    }
    return 0;
  }

  /// Of rows of whole vectors beside each other: each step for as many as stay in the first cache.
  private static void softmaxOfRows(
      MemorySegment x, MemorySegment y, int n, int from, int to, MemorySegment scratch) {
    int vectors = n / COUNT;
    int together = Math.max(1, ProductBlocks.SIZE / n);
    for (int first = from; first < to; first += together) {
      int rows = Math.min(together, to - first);
      long at = 4L * n * first;
      lessGreatest(x, y, at, vectors, rows);
      Exponential.exp(y, at, 1f, 0f, y, at, rows * vectors);
      for (int row = 0; row < rows; row++) {
        long rowAt = at + 4L * n * row;
        divide(y, rowAt, LaneSums.sum(y, rowAt, n, scratch), vectors);
      }
    }
  }

  /// `y = x - max(x)`, for some rows.
  ///
  /// The greatest is found by comparisons, which leave NaN out and take either zero: a NaN comes back with its own
  /// element, whose exponential makes the sum NaN, and of a zero less a zero the exponential is 1.
  private static void lessGreatest(
      MemorySegment x, MemorySegment y, long at, int vectors, int rows) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      long rowAt = at + (long) row * vectors * BYTES;
      FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < vectors; i++) {
        FloatVector next =
            FloatVector.fromMemorySegment(FLOATS, x, rowAt + (long) i * BYTES, ORDER);
        max = max.blend(next, next.compare(VectorOperators.GT, max));
      }
      // Then of all lanes, in each.
      FloatVector other = max.rearrange(HALF_APART);
      max = max.blend(other, other.compare(VectorOperators.GT, max));
      other = max.rearrange(QUARTER_APART);
      max = max.blend(other, other.compare(VectorOperators.GT, max));
      other = max.rearrange(TWO_APART);
      max = max.blend(other, other.compare(VectorOperators.GT, max));
      other = max.rearrange(ONE_APART);
      max = max.blend(other, other.compare(VectorOperators.GT, max));
      for (int i = 0; i < vectors; i++) {
        FloatVector.fromMemorySegment(FLOATS, x, rowAt + (long) i * BYTES, ORDER)
            .sub(max)
            .intoMemorySegment(y, rowAt + (long) i * BYTES, ORDER);
      }
    }
  }

  private static void softmax(MemorySegment scratch, int n) {
    int vectors = Lanes.vectors(n);
    Rows.fill(scratch, ROW + 4L * n, Float.NEGATIVE_INFINITY, vectors * COUNT - n);
    float max = max(scratch, ROW, vectors, scratch);
    Exponential.exp(scratch, ROW, 1f, max, scratch, ROW, vectors);
    divide(scratch, ROW, LaneSums.sum(scratch, ROW, n, scratch), vectors);
  }

  private static float greatest(MemorySegment x, long at, int n, MemorySegment scratch) {
    float max = max(x, at, n / COUNT, scratch);
    for (int i = n / COUNT * COUNT; i < n; i++) {
      max = Math.max(max, Mem.f32(x, at + 4L * i));
    }
    return max;
  }

  private static float least(MemorySegment x, long at, int n, MemorySegment scratch) {
    float min = min(x, at, n / COUNT, scratch);
    for (int i = n / COUNT * COUNT; i < n; i++) {
      min = Math.min(min, Mem.f32(x, at + 4L * i));
    }
    return min;
  }

  private static float greatestOfLanes(MemorySegment scratch) {
    float greatest = Float.NEGATIVE_INFINITY;
    for (int lane = 0; lane < COUNT; lane++) {
      greatest = Math.max(greatest, Mem.f32(scratch, PARTS + 4L * lane));
    }
    return greatest;
  }

  /// The greatest of whole vectors, -infinity of none.
  static float max(MemorySegment x, long at, int vectors, MemorySegment scratch) {
    if (x.getClass() != NATIVE || scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < vectors; i++) {
      max = max.max(FloatVector.fromMemorySegment(FLOATS, x, at + (long) i * BYTES, ORDER));
    }
    max.intoMemorySegment(scratch, PARTS, ORDER);
    return greatestOfLanes(scratch);
  }

  /// The least of whole vectors, +infinity of none.
  static float min(MemorySegment x, long at, int vectors, MemorySegment scratch) {
    if (x.getClass() != NATIVE || scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector min = FloatVector.broadcast(FLOATS, Float.POSITIVE_INFINITY);
    for (int i = 0; i < vectors; i++) {
      min = min.min(FloatVector.fromMemorySegment(FLOATS, x, at + (long) i * BYTES, ORDER));
    }
    min.intoMemorySegment(scratch, PARTS, ORDER);
    float least = Float.POSITIVE_INFINITY;
    for (int lane = 0; lane < COUNT; lane++) {
      least = Math.min(least, Mem.f32(scratch, PARTS + 4L * lane));
    }
    return least;
  }

  private static void divide(MemorySegment scratch, long from, float sum, int vectors) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      long at = from + (long) i * BYTES;
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

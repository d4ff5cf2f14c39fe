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
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.twins.call.NormaliseCall;
import opml.twins.call.TwinCall;

/// `normalize.f32`, row by row: in native memory, or through the scratch memory.
final class RowNormalisationTwin implements PreparedKernel {
  // the scratch memory: accumulators, then a row, and what it is scaled with
  private static final long ROW = Math.max(4L * LaneSums.COUNT, BYTES);

  // segment arguments
  private static final int X = 0;
  private static final int SCALE = 1;
  private static final int BIAS = 2;
  private static final int Y = 3;
  private static final int MEAN = 4;
  private static final int INVERSE = 5;

  private final NormaliseCall call;
  private final long[] extents;
  private final long rowBytes;

  private RowNormalisationTwin(NormaliseCall call) {
    this.call = call;
    this.extents = call.extents();
    this.rowBytes = Lanes.aligned(4L * call.n());
  }

  static Optional<PreparedKernel> prepare(NormaliseCall call) {
    return call.isOrdinary() ? Optional.of(new RowNormalisationTwin(call)) : Optional.empty();
  }

  @Override
  public int units() {
    return call.rows();
  }

  @Override
  public long scratchBytes() {
    return ROW + 3 * rowBytes;
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
    boolean inPlace = true;
    for (int i = X; i <= Y; i++) {
      inPlace &= segments[i].getClass() == NATIVE;
    }
    MemorySegment scale = inPlace ? segments[SCALE] : scratch;
    MemorySegment bias = inPlace ? segments[BIAS] : scratch;
    long scaleAt = inPlace ? 0 : ROW + rowBytes;
    long biasAt = inPlace ? 0 : ROW + 2 * rowBytes;
    if (!inPlace) {
      Rows.copy(segments[SCALE], 0, scratch, scaleAt, n);
      Rows.copy(segments[BIAS], 0, scratch, biasAt, n);
    }
    for (int row = from; row < to; row++) {
      long given = 4L * row * n;
      MemorySegment y = inPlace ? segments[Y] : scratch;
      long yAt = inPlace ? given : ROW;
      MemorySegment x = segments[X];
      long xAt = given;
      if (!inPlace) {
        Rows.copy(x, given, scratch, ROW, n);
        x = scratch;
        xAt = ROW;
      }
      float mean = LaneSums.sum(x, xAt, n, scratch) / n;
      centre(x, xAt, mean, y, yAt, n);
      float variance = LaneSums.squares(y, yAt, n, scratch) / n;
      float inverse = 1f / F32.sqrt(variance + call.epsilon());
      scale(y, yAt, inverse, scale, scaleAt, bias, biasAt, n);
      if (!inPlace) {
        Rows.copy(scratch, ROW, segments[Y], given, n);
      }
      Mem.putF32(segments[MEAN], 4L * row, mean);
      Mem.putF32(segments[INVERSE], 4L * row, inverse);
    }
    return 0;
  }

  private static void centre(
      MemorySegment x, long xAt, float mean, MemorySegment y, long yAt, int n) {
    int whole = n / COUNT;
    lessMean(x, xAt, mean, y, yAt, whole);
    for (int i = whole * COUNT; i < n; i++) {
      Mem.putF32(y, yAt + 4L * i, Mem.f32(x, xAt + 4L * i) - mean);
    }
  }

  private static void lessMean(
      MemorySegment x, long xAt, float mean, MemorySegment y, long yAt, int vectors) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      FloatVector less =
          FloatVector.fromMemorySegment(FLOATS, x, xAt + (long) i * BYTES, ORDER).sub(mean);
      less.blend(Lanes.NAN, less.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }

  private static void scale(
      MemorySegment y,
      long yAt,
      float inverse,
      MemorySegment scale,
      long scaleAt,
      MemorySegment bias,
      long biasAt,
      int n) {
    int whole = n / COUNT;
    scaleVectors(y, yAt, inverse, scale, scaleAt, bias, biasAt, whole);
    for (int i = whole * COUNT; i < n; i++) {
      float normal = Mem.f32(y, yAt + 4L * i) * inverse;
      float product = normal * Mem.f32(scale, scaleAt + 4L * i);
      Mem.putF32(y, yAt + 4L * i, product + Mem.f32(bias, biasAt + 4L * i));
    }
  }

  private static void scaleVectors(
      MemorySegment y,
      long yAt,
      float inverse,
      MemorySegment scale,
      long scaleAt,
      MemorySegment bias,
      long biasAt,
      int vectors) {
    if (y.getClass() != NATIVE || scale.getClass() != NATIVE || bias.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < vectors; i++) {
      long at = (long) i * BYTES;
      FloatVector scaled =
          FloatVector.fromMemorySegment(FLOATS, y, yAt + at, ORDER)
              .mul(inverse)
              .mul(FloatVector.fromMemorySegment(FLOATS, scale, scaleAt + at, ORDER))
              .add(FloatVector.fromMemorySegment(FLOATS, bias, biasAt + at, ORDER));
      scaled
          .blend(Lanes.NAN, scaled.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + at, ORDER);
    }
  }
}

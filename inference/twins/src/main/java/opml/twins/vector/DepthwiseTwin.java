package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.TwinCall;
import org.jspecify.annotations.Nullable;

/// Convolutions of three by three cells in which each output channel sees one input channel of its own: nine fmas for a
/// vector of outputs, from an [Image] of the plane. A unit is a plane. Bytes are multiplied as floats, exactly.
@SuppressWarnings("NarrowCalculation") // within a tensor, whose bytes an int counts
final class DepthwiseTwin implements PreparedKernel {
  private static final int SIDE = 3;
  private static final int CELLS = SIDE * SIDE;

  // the scratch memory: weights, rows of sums, the image
  private static final long SUMS = 64;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private final ConvolutionCall call;
  private final long[] extents;
  private final Image image;
  private final Reader reader;
  private final @Nullable QuantisedConvolutionCall quantised;
  private final @Nullable ByteEnding end;
  private final int width;
  private final int height;
  private final int wide; // vectors of a row of outputs

  private final long row;
  private final long imageAt;

  private final Bounds bounds;

  private DepthwiseTwin(
      ConvolutionCall call,
      long[] extents,
      Reader reader,
      @Nullable QuantisedConvolutionCall quantised,
      Bounds bounds) {
    this.bounds = bounds;
    this.call = call;
    this.extents = extents;
    this.reader = reader;
    this.quantised = quantised;
    this.end = quantised == null ? null : new ByteEnding(quantised, Optional.empty());
    this.image = new Image(call.window());
    this.width = call.window().outWidth();
    this.height = call.window().outHeight();
    this.wide = Lanes.vectors(width);
    this.row = 4L * width;
    this.imageAt = Lanes.aligned(SUMS + height * row + BYTES);
  }

  /// @return empty if the windows are others
  static Optional<PreparedKernel> floats(ConvolutionCall call) {
    return takes(call)
        ? Optional.of(new DepthwiseTwin(call, call.extents(), Reader.FLOATS, null, Bounds.NONE))
        : Optional.empty();
  }

  /// @return empty if the windows are others
  static Optional<PreparedKernel> bytes(QuantisedConvolutionCall call) {
    Reader reader = Reader.ofBytes(call.xUnsigned(), call.xZero());
    return takes(call.convolution())
        ? Optional.of(
            new DepthwiseTwin(call.convolution(), call.extents(), reader, call, Bounds.NONE))
        : Optional.empty();
  }

  @Override
  public Optional<PreparedKernel> then(
      Kernel other, long[] scalars, List<Optional<Constant>> constants) {
    if (quantised != null) {
      return Optional.empty();
    }
    return bounds
        .then(other, scalars, constants, call.outputs())
        .map(both -> new DepthwiseTwin(call, extents, reader, null, both));
  }

  private static boolean takes(ConvolutionCall call) {
    return call.isDepthwise()
        && call.window().kernelHeight() == SIDE
        && call.window().kernelWidth() == SIDE
        && new Image(call.window()).size() < Integer.MAX_VALUE / 8;
  }

  @Override
  public int units() {
    return call.batch() * call.groups();
  }

  @Override
  public long scratchBytes() {
    // vectors read up to their width behind the last output
    return imageAt + Lanes.aligned(4 * image.size() + 2L * BYTES);
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    long inPlane = (long) call.window().inHeight() * call.window().inWidth();
    for (int plane = from; plane < to; plane++) {
      image.fill(segments[0], plane * inPlane, reader, 0f, scratch, imageAt);
      if (quantised == null || end == null) {
        floats(segments, plane, scratch);
      } else {
        bytes(segments, plane, quantised, end, scratch);
      }
    }
    return 0;
  }

  private void floats(MemorySegment[] segments, int plane, MemorySegment scratch) {
    int channel = plane % call.outChannels();
    MemorySegment.copy(segments[1], 4L * channel * CELLS, scratch, 0, 4L * CELLS);
    float bias = Mem.f32(segments[2], 4L * channel);
    MemorySegment y = segments[3];
    long output = (long) plane * width * height;
    int direct = y.getClass() == NATIVE ? Rows.wholly(width, height) : 0;
    if (direct > 0) {
      sums(scratch, imageAt, image, bias, bounds, y, 4 * output, row, direct, wide);
    }
    // The last rows by way of the scratch memory, since vectors would go over their end.
    long rest = imageAt + 4L * image.columns() * direct;
    sums(scratch, rest, image, bias, bounds, scratch, SUMS, row, height - direct, wide);
    Rows.copy(scratch, SUMS, y, 4 * (output + (long) width * direct), width * (height - direct));
  }

  private void bytes(
      MemorySegment[] segments,
      int plane,
      QuantisedConvolutionCall quantised,
      ByteEnding end,
      MemorySegment scratch) {
    int channel = plane % call.outChannels();
    int mask = quantised.wUnsigned() ? 255 : -1;
    for (int i = 0; i < CELLS; i++) {
      int weight = (Mem.i8(segments[1], (long) channel * CELLS + i) & mask) - quantised.wZero();
      Mem.putF32(scratch, 4L * i, weight);
    }
    sums(scratch, imageAt, image, 0f, Bounds.NONE, scratch, SUMS, row, height, wide);
    int count = width * height;
    Sums.setInts(scratch, SUMS, scratch, SUMS, Lanes.vectors(count));
    end.rows(scratch, SUMS, 0, segments, channel, 0, (long) plane * count, 0, count, 1, scratch, 0);
  }

  /// `y = sum + bias`, within bounds, with the canonical NaN, for rows of outputs, of the weights where x begins; may
  /// write less than a vector behind their end.
  private static void sums(
      MemorySegment x,
      long xAt,
      Image image,
      float bias,
      Bounds bounds,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows,
      int vectors) {
    rows(
        x,
        xAt,
        4L * image.columns(),
        4L * image.offset(0, 0),
        4L * image.offset(0, 1),
        4L * image.offset(0, 2),
        4L * image.offset(1, 0),
        4L * image.offset(1, 1),
        4L * image.offset(1, 2),
        4L * image.offset(2, 0),
        4L * image.offset(2, 1),
        4L * image.offset(2, 2),
        bias,
        bounds.least(),
        bounds.most(),
        y,
        yAt,
        yRow,
        rows,
        vectors);
  }

  private static void rows(
      MemorySegment x,
      long xAt,
      long xRow,
      long o0,
      long o1,
      long o2,
      long o3,
      long o4,
      long o5,
      long o6,
      long o7,
      long o8,
      float bias,
      float least,
      float most,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows,
      int vectors) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector w0 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 0));
    FloatVector w1 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 4));
    FloatVector w2 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 8));
    FloatVector w3 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 12));
    FloatVector w4 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 16));
    FloatVector w5 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 20));
    FloatVector w6 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 24));
    FloatVector w7 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 28));
    FloatVector w8 = FloatVector.broadcast(FLOATS, x.get(FLOAT, 32));
    // The last vectors of the rows first: what goes over the end of a row is written again.
    for (int i = vectors - 1; i >= 0; i--) {
      for (int row = 0; row < rows; row++) {
        long at = xAt + row * xRow + (long) i * BYTES;
        FloatVector sum =
            FloatVector.fromMemorySegment(FLOATS, x, at + o0, ORDER)
                .fma(w0, FloatVector.zero(FLOATS));
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o1, ORDER).fma(w1, sum);
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o2, ORDER).fma(w2, sum);
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o3, ORDER).fma(w3, sum);
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o4, ORDER).fma(w4, sum);
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o5, ORDER).fma(w5, sum);
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o6, ORDER).fma(w6, sum);
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o7, ORDER).fma(w7, sum);
        sum = FloatVector.fromMemorySegment(FLOATS, x, at + o8, ORDER).fma(w8, sum);
        sum = sum.add(0f).add(bias);
        sum = sum.blend(least, sum.compare(VectorOperators.LT, least));
        sum = sum.blend(most, sum.compare(VectorOperators.GT, most));
        sum.blend(Lanes.NAN, sum.test(VectorOperators.IS_NAN))
            .intoMemorySegment(y, yAt + row * yRow + (long) i * BYTES, ORDER);
      }
    }
  }
}

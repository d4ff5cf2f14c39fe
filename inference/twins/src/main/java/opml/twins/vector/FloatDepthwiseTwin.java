package opml.twins.vector;

import static opml.twins.vector.Lanes.NATIVE;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.TwinCall;
import opml.twins.call.Windows;
import opml.twins.tile.DepthwiseTile;
import opml.twins.tile.FloatDepthwiseTile;

/// `conv2d.f32` of three by three cells in which each output channel sees one input channel of its own, by machine
/// code. A unit is a plane, which is copied to where padding is around it.
final class FloatDepthwiseTwin implements PreparedKernel {
  /// Outputs of a small plane.
  private static final int SMALL = 1024;

  private final ConvolutionCall call;
  private final Windows window;
  private final long[] extents;
  private final FloatDepthwiseTile tile;
  private final Bounds bounds;
  private final int stride;
  private final int plane; // elements of an input
  private final int outputs; // of a plane
  private final PaddedRows padded;
  private final int direct; // rows of outputs that the tile may write where they belong

  // the scratch memory: the table, the last rows of outputs, the padded plane, the plane if it is
  // on the heap
  private final long rowsAt;
  private final long imageAt;
  private final long imageRow; // bytes
  private final long copyAt;

  private FloatDepthwiseTwin(ConvolutionCall call, FloatDepthwiseTile tile, Bounds bounds) {
    this.call = call;
    this.window = call.window();
    this.extents = call.extents();
    this.tile = tile;
    this.bounds = bounds;
    this.stride = window.strideWidth();
    this.plane = window.inHeight() * window.inWidth();
    this.outputs = window.outHeight() * window.outWidth();
    PaddedPlane image = PaddedPlane.of(window);
    this.padded = image.floats();
    int written = DepthwiseTile.written(window.outWidth());
    this.rowsAt = Lanes.aligned(FloatDepthwiseTile.TABLE_BYTES);
    this.imageAt = rowsAt + Lanes.aligned(4L * (outputs + written));
    this.imageRow = 4L * image.columns();
    long floats = image.size() + (long) written * stride + FloatDepthwiseTile.SLACK;
    this.copyAt = imageAt + Lanes.aligned(4 * floats);
    // The others would go over the end of the plane. Of a small one, a second call takes longer
    // than a copy.
    int wholly = outputs < written ? 0 : (outputs - written) / window.outWidth() + 1;
    this.direct = wholly < window.outHeight() && outputs <= SMALL ? 0 : wholly;
  }

  /// @return empty if the windows are others
  static Optional<PreparedKernel> prepare(ConvolutionCall call, FloatDepthwiseTile tile) {
    return PaddedPlane.fits(call) && PaddedRows.fitVectors()
        ? Optional.of(new FloatDepthwiseTwin(call, tile, Bounds.NONE))
        : Optional.empty();
  }

  @Override
  public Optional<PreparedKernel> then(
      Kernel other, long[] scalars, List<Optional<Constant>> constants) {
    return bounds
        .then(other, scalars, constants, call.outputs())
        .map(both -> new FloatDepthwiseTwin(call, tile, both));
  }

  @Override
  public int units() {
    return call.batch() * call.groups();
  }

  @Override
  public long scratchBytes() {
    return copyAt + 4L * plane;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    FloatDepthwiseTile.begin(scratch, 0, bounds.least(), bounds.most());
    for (int unit = from; unit < to; unit++) {
      copy(segments[0], 4L * unit * plane, scratch);
      int channel = unit % call.outChannels();
      float bias = Mem.f32(segments[2], 4L * channel);
      FloatDepthwiseTile.plane(scratch, 0, segments[1], 4L * DepthwiseTile.CELLS * channel, bias);
      multiply(segments[3], 4L * unit * outputs, scratch);
    }
    return 0;
  }

  private void copy(MemorySegment x, long at, MemorySegment scratch) {
    MemorySegment from = x;
    long fromAt = at;
    if (x.getClass() != NATIVE) {
      MemorySegment.copy(x, at, scratch, copyAt, 4L * plane);
      from = scratch;
      fromAt = copyAt;
    }
    padded.floats(from, fromAt, 4L * window.inWidth(), scratch, imageAt, 0f);
  }

  private void multiply(MemorySegment y, long output, MemorySegment scratch) {
    int width = window.outWidth();
    int height = window.outHeight();
    int first = y.getClass() == NATIVE ? direct : 0;
    if (first > 0) {
      rows(scratch, imageAt, y, output, first);
    }
    if (first < height) {
      rows(scratch, imageAt + imageRow * stride * first, scratch, rowsAt, height - first);
      Rows.copy(scratch, rowsAt, y, output + 4L * width * first, width * (height - first));
    }
  }

  private void rows(MemorySegment scratch, long from, MemorySegment y, long at, int count) {
    int width = window.outWidth();
    tile.run(scratch, 0, stride, scratch, from, imageRow, y, at, 4L * width, width, count);
  }
}

package opml.twins.vector;

import static opml.twins.vector.Lanes.NATIVE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.TwinCall;
import opml.twins.call.Windows;
import opml.twins.tile.ByteDepthwiseTile;
import opml.twins.tile.DepthwiseTile;

/// `qlinear.conv2d` of three by three cells in which each output channel sees one input channel of its own, with
/// constant weights, by machine code. A unit is a plane, which is copied to where padding is around it.
///
/// The tile multiplies unsigned elements by signed weights. So elements that are signed are moved by 128 (their highest
/// bit changes), and their zero point with them; weights are taken less theirs, and those that no byte holds then are
/// others' matter. With x', its zero point z and w' after that,
///
/// ```
/// Σ (x' - z) · w' = Σ x'·w' - z · Σ w'
/// ```
///
/// of which the last term belongs to the channel, since padding is z, and goes to its bias.
final class ByteDepthwiseTwin implements PreparedKernel {
  private static final int SIDE = DepthwiseTile.SIDE;
  private static final int CELLS = DepthwiseTile.CELLS;

  // what is kept of a channel: three int32 for the tile, and the sum of the weights
  private static final int SUM = SIDE * Integer.BYTES;
  private static final int CHANNEL_BYTES = SUM + Integer.BYTES;

  private static final int FLIP = 0x80;

  private final QuantisedConvolutionCall call;
  private final ConvolutionCall shape;
  private final Windows window;
  private final long[] extents;
  private final ByteDepthwiseTile tile;
  private final MemorySegment weights;
  private final int stride;
  private final int flip;
  private final int zero; // of x, unsigned
  private final PaddedPlane padded;
  private final int outputs; // of a plane
  private final boolean direct; // whether the tile writes nothing but the plane

  // the scratch memory: the table, outputs, the padded plane, the plane if it is on the heap
  private final long outputsAt;
  private final long imageAt;
  private final long imageBytes;
  private final long copyAt;
  private final int plane;

  private ByteDepthwiseTwin(
      QuantisedConvolutionCall call, MemorySegment weights, ByteDepthwiseTile tile) {
    this.call = call;
    this.shape = call.convolution();
    this.window = shape.window();
    this.extents = call.extents();
    this.tile = tile;
    this.weights = weights;
    this.stride = window.strideWidth();
    this.flip = call.xUnsigned() ? 0 : FLIP;
    this.zero = call.xZero() + flip;
    this.padded = PaddedPlane.of(window);
    this.outputs = window.outWidth() * window.outHeight();
    int written = DepthwiseTile.written(window.outWidth());
    this.direct = written == window.outWidth();
    this.plane = window.inHeight() * window.inWidth();
    this.outputsAt = Lanes.aligned(ByteDepthwiseTile.TABLE_BYTES);
    this.imageAt = outputsAt + (direct ? 0 : Lanes.aligned(outputs + (long) written));
    long beyond = (long) written * stride + ByteDepthwiseTile.SLACK;
    this.imageBytes = Lanes.aligned(padded.size() + beyond);
    this.copyAt = imageAt + imageBytes;
  }

  /// @return empty if the windows are others, or a weight less its zero point is no signed byte
  static Optional<PreparedKernel> prepare(
      QuantisedConvolutionCall call, MemorySegment w, ByteDepthwiseTile tile) {
    if (!PaddedPlane.fits(call.convolution())) {
      return Optional.empty();
    }
    int channels = call.convolution().outChannels();
    int mask = call.wUnsigned() ? 255 : -1;
    MemorySegment weights = Lanes.allocate((long) CHANNEL_BYTES * channels);
    int[] cells = new int[CELLS];
    for (int channel = 0; channel < channels; channel++) {
      int sum = 0;
      for (int i = 0; i < CELLS; i++) {
        cells[i] = (Mem.i8(w, (long) channel * CELLS + i) & mask) - call.wZero();
        sum += cells[i];
        if (cells[i] != (byte) cells[i]) {
          return Optional.empty();
        }
      }
      long at = (long) CHANNEL_BYTES * channel;
      for (int row = 0; row < SIDE; row++) {
        int first = SIDE * row;
        int group = ByteDepthwiseTile.group(cells[first], cells[first + 1], cells[first + 2]);
        Mem.putI32(weights, at + (long) Integer.BYTES * row, group);
      }
      Mem.putI32(weights, at + SUM, sum);
    }
    return Optional.of(new ByteDepthwiseTwin(call, weights, tile));
  }

  @Override
  public int units() {
    return shape.batch() * shape.groups();
  }

  @Override
  public long scratchBytes() {
    return copyAt + plane;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public boolean reads(int argument) {
    return argument != 1;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    for (int i = 0; i < extents.length; i++) {
      if (reads(i)) {
        TwinCall.check(segments, i, extents[i]);
      }
    }
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    ByteDepthwiseTile.begin(scratch, 0, stride, call.yZero(), call.yUnsigned());
    PaddedBytes.fill(scratch, imageAt, (byte) zero, imageBytes);
    for (int unit = from; unit < to; unit++) {
      copy(segments[0], unit, scratch);
      channel(segments, unit % shape.outChannels(), scratch);
      multiply(segments[5], (long) unit * outputs, scratch);
    }
    return 0;
  }

  private void copy(MemorySegment x, int unit, MemorySegment scratch) {
    MemorySegment from = x;
    long fromAt = (long) unit * plane;
    if (x.getClass() != NATIVE) {
      MemorySegment.copy(x, fromAt, scratch, copyAt, plane);
      from = scratch;
      fromAt = copyAt;
    }
    PaddedBytes.copy(
        from,
        fromAt,
        window.inWidth(),
        flip,
        scratch,
        imageAt + padded.lead(),
        padded.columns(),
        padded.width(),
        padded.height());
  }

  private void channel(MemorySegment[] segments, int channel, MemorySegment scratch) {
    int scale = call.perChannel() ? 4 * channel : 0;
    long at = (long) CHANNEL_BYTES * channel;
    int bias = Mem.i32(segments[4], 4L * channel) - zero * Mem.i32(weights, at + SUM);
    int multiplier = Mem.i32(segments[2], scale);
    int shift = Mem.i32(segments[3], scale);
    ByteDepthwiseTile.plane(scratch, 0, multiplier, shift, bias, weights, at);
  }

  private void multiply(MemorySegment y, long output, MemorySegment scratch) {
    MemorySegment to = direct ? y : scratch;
    long toAt = direct ? output : outputsAt;
    int row = window.outWidth();
    int columns = padded.columns();
    tile.run(scratch, 0, stride, scratch, imageAt, columns, to, toAt, row, row, window.outHeight());
    if (!direct) {
      MemorySegment.copy(scratch, outputsAt, y, output, outputs);
    }
  }
}

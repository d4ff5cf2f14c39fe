package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.QuantisedConvolutionCall;

/// `qlinear.conv2d`, as floats: the image is laid out less its zero point, so that padding is +0 and adds nothing.
final class QuantisedConvolution extends Convolution {
  private final int wMask;
  private final int wZero;
  private final Requantiser end;

  private QuantisedConvolution(QuantisedConvolutionCall call) {
    super(call.convolution(), call.extents(), Reader.ofBytes(call.xUnsigned(), call.xZero()));
    this.wMask = call.wUnsigned() ? 255 : -1;
    this.wZero = call.wZero();
    this.end = new Requantiser(call.yZero(), call.perChannel(), call.yUnsigned());
  }

  static Optional<PreparedKernel> prepare(
      QuantisedConvolutionCall call, List<Optional<MemorySegment>> constants) {
    return call.isOrdinary()
        ? new QuantisedConvolution(call).prepared(constants.get(1))
        : Optional.empty();
  }

  @Override
  float weight(MemorySegment w, long element) {
    return (Mem.i8(w, element) & wMask) - wZero;
  }

  @Override
  void add(MemorySegment scratch, long sumsAt) {
    Sums.addInts(scratch, sumsAt, scratch, 0, Tiles.VECTORS);
  }

  @Override
  void finish(
      MemorySegment[] segments,
      MemorySegment scratch,
      long sumsAt,
      int channel,
      Image image,
      int begin,
      int endOfCells,
      long plane) {
    int width = call.window().outWidth();
    int cell = begin;
    while (cell < endOfCells) {
      int column = cell % image.columns();
      int count = Math.min(endOfCells - cell, width - column);
      if (count > 0) {
        long output = plane + (long) (cell / image.columns()) * width + column;
        end.channel(
            scratch,
            sumsAt + 4L * (cell - begin),
            segments[2],
            segments[3],
            segments[4],
            channel,
            segments[5],
            output,
            count);
      }
      cell += Math.min(endOfCells - cell, image.columns() - column);
    }
  }
}

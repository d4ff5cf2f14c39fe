package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.Requantiser;

/// `qlinear.conv2d`, as floats: the image is laid out less its zero point, so that padding is +0 and adds nothing.
final class QuantisedConvolutionTwin extends ConvolutionTwin {
  private final int wMask;
  private final int wZero;
  private final Requantiser end;

  private QuantisedConvolutionTwin(QuantisedConvolutionCall call) {
    super(
        call.convolution(),
        call.extents(),
        Reader.ofBytes(call.xUnsigned(), call.xZero()),
        Optional.empty());
    this.wMask = call.wUnsigned() ? 255 : -1;
    this.wZero = call.wZero();
    this.end = new Requantiser(call.yZero(), call.perChannel(), call.yUnsigned());
  }

  static Optional<PreparedKernel> prepare(
      QuantisedConvolutionCall call, List<Optional<Constant>> constants) {
    return call.isOrdinary()
        ? new QuantisedConvolutionTwin(call).prepared(constants.get(1).map(Constant::data))
        : Optional.empty();
  }

  @Override
  float weight(MemorySegment w, long element) {
    return (Mem.i8(w, element) & wMask) - wZero;
  }

  @Override
  void first(MemorySegment scratch, long sumsAt, int vectors) {
    Sums.setInts(scratch, sumsAt, scratch, sumsAt, vectors);
  }

  @Override
  void add(MemorySegment scratch, long sumsAt, long chunkAt, int vectors) {
    Sums.addInts(scratch, sumsAt, scratch, chunkAt, vectors);
  }

  @Override
  void finish(
      MemorySegment[] segments,
      MemorySegment scratch,
      long sumsAt,
      int channel,
      Image image,
      int rowsY,
      long output) {
    int width = call.window().outWidth();
    for (int y = 0; y < rowsY; y++) {
      end.channel(
          scratch,
          sumsAt + 4L * y * image.columns(),
          Integer.BYTES,
          segments[2],
          segments[3],
          segments[4],
          channel,
          segments[5],
          output + (long) y * width,
          width);
    }
  }
}

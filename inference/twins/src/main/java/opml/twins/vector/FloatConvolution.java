package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;

/// `conv2d.f32`.
final class FloatConvolution extends Convolution {
  private FloatConvolution(ConvolutionCall call) {
    super(call, call.extents(), Reader.FLOATS);
  }

  static Optional<PreparedKernel> prepare(
      ConvolutionCall call, List<Optional<MemorySegment>> constants) {
    return call.isOrdinary()
        ? new FloatConvolution(call).prepared(constants.get(1))
        : Optional.empty();
  }

  @Override
  float weight(MemorySegment w, long element) {
    return Mem.f32(w, 4 * element);
  }

  @Override
  void add(MemorySegment scratch, long sumsAt) {
    Sums.add(scratch, sumsAt, scratch, Tiles.VECTORS);
  }

  @Override
  void finish(
      MemorySegment[] segments,
      MemorySegment scratch,
      long sumsAt,
      int channel,
      Image image,
      int begin,
      int end,
      long plane) {
    float bias = Mem.f32(segments[2], 4L * channel);
    Sums.bias(scratch, sumsAt, bias, Lanes.vectors(end - begin));
    image.store(scratch, sumsAt, begin, end, segments[3], plane);
  }
}

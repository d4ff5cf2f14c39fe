package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;

/// `conv2d.f32`.
final class FloatConvolutionTwin extends ConvolutionTwin {
  private FloatConvolutionTwin(ConvolutionCall call) {
    super(call, call.extents(), Reader.FLOATS);
  }

  static Optional<PreparedKernel> prepare(
      ConvolutionCall call, List<Optional<MemorySegment>> constants) {
    return call.isOrdinary()
        ? new FloatConvolutionTwin(call).prepared(constants.get(1))
        : Optional.empty();
  }

  @Override
  float weight(MemorySegment w, long element) {
    return Mem.f32(w, 4 * element);
  }

  @Override
  void first(MemorySegment scratch, long sumsAt, int vectors) {}

  @Override
  void add(MemorySegment scratch, long sumsAt, long chunkAt, int vectors) {
    Sums.add(scratch, sumsAt, scratch, chunkAt, vectors);
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
    int vectors = Lanes.vectors(rowsY * image.columns());
    Sums.bias(scratch, sumsAt, Mem.f32(segments[2], 4L * channel), vectors);
    image.copyRows(scratch, sumsAt, rowsY, segments[3], output);
  }
}

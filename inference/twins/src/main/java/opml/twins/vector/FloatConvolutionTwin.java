package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.tile.FloatTile;

/// `conv2d.f32`.
final class FloatConvolutionTwin extends ConvolutionTwin {
  private FloatConvolutionTwin(ConvolutionCall call, Optional<FloatTile> machine) {
    super(call, call.extents(), Reader.FLOATS, machine);
  }

  static Optional<PreparedKernel> prepare(
      ConvolutionCall call, List<Optional<Constant>> constants, Optional<FloatTile> machine) {
    // Only constant weights are packed for the tile, with a table of where the image's elements
    // are.
    Optional<MemorySegment> weights = constants.get(1).map(Constant::data);
    return call.isOrdinary()
        ? new FloatConvolutionTwin(call, machine.filter(_ -> weights.isPresent())).prepared(weights)
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
    float bias = Mem.f32(segments[2], 4L * channel);
    MemorySegment y = segments[3];
    int width = call.window().outWidth();
    long row = 4L * image.columns();
    int direct = y.getClass() == Lanes.NATIVE ? Rows.wholly(width, rowsY) : 0;
    if (direct > 0) {
      int wide = Lanes.vectors(width);
      Sums.bias(scratch, sumsAt, row, bias, y, 4 * output, 4L * width, direct, wide);
    }
    // The last rows by way of the scratch memory, since vectors would go over their end.
    long rest = sumsAt + row * direct;
    int vectors = Lanes.vectors((rowsY - direct) * image.columns());
    Sums.bias(scratch, rest, 0, bias, scratch, rest, 0, 1, vectors);
    image.copyRows(scratch, rest, rowsY - direct, y, output + (long) width * direct);
  }
}

package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.tile.FloatTile;
import opml.twins.tile.FloatTiles;

/// `conv2d.f32`.
final class FloatConvolutionTwin extends ConvolutionTwin {
  private final Bounds bounds;

  private FloatConvolutionTwin(ConvolutionCall call, Optional<FloatTile> machine) {
    super(call, call.extents(), Reader.FLOATS, machine);
    this.bounds = Bounds.NONE;
  }

  private FloatConvolutionTwin(FloatConvolutionTwin other, Bounds bounds) {
    super(other);
    this.bounds = bounds;
  }

  @Override
  public Optional<PreparedKernel> then(
      Kernel other, long[] scalars, List<Optional<Constant>> constants) {
    return bounds
        .then(other, scalars, constants, call.outputs())
        .map(both -> new FloatConvolutionTwin(this, both));
  }

  static Optional<PreparedKernel> prepare(
      ConvolutionCall call, List<Optional<Constant>> constants, Optional<FloatTiles> machine) {
    // Only constant weights are packed for the tile, with a table of where the image's elements
    // are.
    Optional<MemorySegment> weights = constants.get(1).map(Constant::data);
    if (!call.isOrdinary()) {
      return Optional.empty();
    }
    Optional<FloatTiles> packed = machine.filter(_ -> weights.isPresent());
    return machine
        .flatMap(FloatTiles::convolutions)
        .flatMap(tiles -> FloatDepthwiseTwin.prepare(call, tiles.floats()))
        .or(() -> DepthwiseTwin.floats(call))
        .or(() -> packed.flatMap(t -> PointwiseTwin.prepare(call, weights.get(), t.strips())))
        .or(
            () ->
                new FloatConvolutionTwin(call, packed.map(FloatTiles::windows)).prepared(weights));
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
  long endBytes(int rows) {
    return 0;
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
      Sums.bias(
          scratch,
          sumsAt,
          row,
          bias,
          bounds.least(),
          bounds.most(),
          y,
          4 * output,
          4L * width,
          direct,
          wide);
    }
    // The last rows by way of the scratch memory, since vectors would go over their end.
    long rest = sumsAt + row * direct;
    int vectors = Lanes.vectors((rowsY - direct) * image.columns());
    Sums.bias(scratch, rest, 0, bias, bounds.least(), bounds.most(), scratch, rest, 0, 1, vectors);
    image.copyRows(scratch, rest, rowsY - direct, y, output + (long) width * direct);
  }
}

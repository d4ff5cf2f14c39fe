package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.tile.FloatTiles;

/// `qlinear.conv2d`, as floats: the image is laid out less its zero point, so that padding is +0 and adds nothing.
final class QuantisedConvolutionTwin extends ConvolutionTwin {
  private final int wMask;
  private final int wZero;
  private final ByteEnding end;

  private QuantisedConvolutionTwin(QuantisedConvolutionCall call, Optional<FloatTiles> machine) {
    super(
        call.convolution(),
        call.extents(),
        Reader.ofBytes(call.xUnsigned(), call.xZero()),
        machine.map(FloatTiles::windows));
    this.wMask = call.wUnsigned() ? 255 : -1;
    this.wZero = call.wZero();
    this.end = new ByteEnding(call, machine.flatMap(FloatTiles::convolutions));
  }

  static Optional<PreparedKernel> prepare(
      QuantisedConvolutionCall call,
      List<Optional<Constant>> constants,
      Optional<FloatTiles> machine) {
    if (!call.isOrdinary()) {
      return Optional.empty();
    }
    Optional<MemorySegment> weights = constants.get(1).map(Constant::data);
    Optional<FloatTiles> packed = machine.filter(_ -> weights.isPresent());
    return packed
        .flatMap(FloatTiles::convolutions)
        .flatMap(t -> ByteDepthwiseTwin.prepare(call, weights.get(), t.bytes()))
        .or(() -> DepthwiseTwin.bytes(call))
        .or(() -> packed.flatMap(t -> PixelTwin.prepare(call, weights.get(), t)))
        .or(() -> new QuantisedConvolutionTwin(call, packed).prepared(weights));
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
    long row = 4L * image.columns();
    end.rows(
        scratch, sumsAt, row, segments, channel, 0, output, width, width, rowsY, scratch, endAt());
  }

  @Override
  long endBytes(int rows) {
    return ByteEnding.scratchBytes(rows);
  }
}

package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.Requantiser;

/// `qlinear.matmul`: the sums become bytes again.
final class QuantisedProductTwin extends ByteProductTwin {
  private final int n;
  private final Requantiser end;

  private QuantisedProductTwin(QuantisedProductCall call, List<Optional<Constant>> constants) {
    super(
        new Size(call.m(), call.n(), call.k()),
        new Int8Vectors.Layout(call.k(), 1, call.aZero(), call.aUnsigned()),
        new Int8Vectors.Layout(call.n(), 1, call.bZero(), call.bUnsigned()),
        call.extents(),
        constants.get(1).map(Constant::data));
    this.n = call.n();
    this.end = new Requantiser(call.yZero(), call.perColumn(), call.yUnsigned());
  }

  static Optional<PreparedKernel> prepare(
      QuantisedProductCall call, List<Optional<Constant>> constants) {
    return call.isOrdinary()
        ? Optional.of(new QuantisedProductTwin(call, constants))
        : Optional.empty();
  }

  @Override
  void end(
      MemorySegment[] segments,
      MemorySegment scratch,
      long sumStride,
      int row,
      int rows,
      int column,
      int columns) {
    for (int i = 0; i < rows; i++) {
      end.channels(
          scratch,
          i * sumStride,
          segments[2],
          segments[3],
          segments[4],
          column,
          segments[5],
          (long) (row + i) * n + column,
          columns);
    }
  }
}

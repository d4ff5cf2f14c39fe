package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.twins.call.ColumnZeros;
import opml.twins.call.IntegerProductCall;
import opml.twins.tile.Int8Tile;

/// `matmul.integer` and its scaled form, where b is constant.
final class IntegerProductTwin extends ByteProductTwin {
  private final ProductEnding ending;

  private IntegerProductTwin(IntegerProductCall call, ColumnZeros zeros, MemorySegment b) {
    super(
        new Size(call.m(), call.n(), call.k()),
        new Int8Vectors.Layout(call.k(), 1, 0, call.aUnsigned()),
        new Int8Vectors.Layout(call.n(), 1, zeros.zero(), call.bUnsigned()),
        call.extents(),
        Optional.of(b));
    this.ending = new ProductEnding(call, zeros);
  }

  static Optional<PreparedKernel> prepare(
      IntegerProductCall call, List<Optional<Constant>> constants, Optional<Int8Tile> machine) {
    if (!call.isOrdinary() || constants.get(1).isEmpty() || constants.get(3).isEmpty()) {
      return Optional.empty();
    }
    MemorySegment b = constants.get(1).get().data();
    return ColumnZeros.of(call, b, constants.get(3).get().data())
        .map(
            zeros ->
                machine.isPresent()
                    ? new TiledIntegerProduct(machine.get(), call, zeros, b)
                    : new IntegerProductTwin(call, zeros, b));
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
    int zero = ending.zero(segments);
    ending.end(segments, scratch, 0, sumStride, zero, row, rows, column, columns);
  }
}

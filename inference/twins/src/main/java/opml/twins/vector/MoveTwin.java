package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.twins.call.MoveCall;
import opml.twins.call.TwinCall;

/// `move.b4`: the loops merged where one continues another, and innermost the one along which rows lie in both tensors.
/// Where there is none, two loops pass in squares, along whose one side x lies, and y along the other.
///
/// A unit is one turn of the outermost loops.
final class MoveTwin implements PreparedKernel {
  /// Elements of a square's side: a line of a cache.
  private static final int SIDE = 16;

  private final long[] extents;
  private final MergedMove move;
  private final boolean fills;

  private MoveTwin(MoveCall call) {
    this.extents = call.extents();
    this.move = MergedMove.of(call.loops(), call.x(), call.other(), true);
    this.fills = extents[1] == 4L * move.count();
  }

  static Optional<PreparedKernel> prepare(MoveCall call) {
    return call.isOrdinary() ? Optional.of(new MoveTwin(call)) : Optional.empty();
  }

  @Override
  public int units() {
    return move.outer();
  }

  /// Whether no place between those that are reached is left out.
  @Override
  public boolean overwrites() {
    return fills;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    TwinCall.check(segments, extents);
    for (int unit = from; unit < to; unit++) {
      long xAt = 4 * move.x().start(unit, move);
      long yAt = 4 * move.y().start(unit, move);
      plane(segments[0], xAt, segments[1], yAt);
    }
    return 0;
  }

  private void plane(MemorySegment x, long xAt, MemorySegment y, long yAt) {
    long xRow = 4L * move.x().row();
    long yRow = 4L * move.y().row();
    long xStep = 4L * move.x().step();
    long yStep = 4L * move.y().step();
    int rows = move.rows();
    int count = move.length();
    if (xStep == 4 && yStep == 4) {
      for (int row = 0; row < rows; row++) {
        Rows.copy(x, xAt + row * xRow, y, yAt + row * yRow, count);
      }
      return;
    }
    for (int row = 0; row < rows; row += SIDE) {
      int last = Math.min(rows, row + SIDE);
      for (int first = 0; first < count; first += SIDE) {
        int side = Math.min(SIDE, count - first);
        for (int i = row; i < last; i++) {
          Rows.move(
              x,
              xAt + i * xRow + first * xStep,
              xStep,
              y,
              yAt + i * yRow + first * yStep,
              yStep,
              side);
        }
      }
    }
  }
}

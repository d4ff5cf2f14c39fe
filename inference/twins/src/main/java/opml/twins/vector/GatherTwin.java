package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.MoveCall;
import opml.twins.call.TwinCall;

/// `gather.b1` and `gather.b4`, where an index stands for elements that lie beside each other, as for a row of a table.
///
/// A unit is one turn of all loops but the innermost.
final class GatherTwin implements PreparedKernel {
  private final long[] extents;
  private final MoveCall call;
  private final MergedMove ways;
  private final int length;

  private GatherTwin(MoveCall call) {
    this.call = call;
    this.extents = call.extents();
    this.ways = MergedMove.of(call.loops(), call.x(), call.other(), false);
    this.length = ways.length();
  }

  static Optional<PreparedKernel> prepare(MoveCall call) {
    if (!call.isOrdinary()) {
      return Optional.empty();
    }
    GatherTwin twin = new GatherTwin(call);
    boolean byRows = twin.ways.x().step() == 1 && twin.ways.y().step() == 0;
    return byRows ? Optional.of(twin) : Optional.empty();
  }

  @Override
  public int units() {
    return ways.outer() * ways.rows();
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    TwinCall.check(segments, extents);
    int places = call.places();
    for (int unit = from; unit < to; unit++) {
      int outer = unit / ways.rows();
      int row = unit % ways.rows();
      long indexAt = ways.y().start(outer, ways) + (long) row * ways.y().row();
      long given = Mem.i64(segments[1], 8 * indexAt);
      // As the reference: from the end if below 0, and the nearest that there is.
      long index = Math.clamp(given < 0 ? given + places : given, 0, places - 1);
      long x = ways.x().start(outer, ways) + (long) row * ways.x().row() + index * call.step();
      long bytes = call.bytes();
      long y = bytes * length * unit;
      if (call.bytes() == Float.BYTES) {
        Rows.copy(segments[0], bytes * x, segments[2], y, length);
      } else {
        MemorySegment.copy(segments[0], bytes * x, segments[2], y, bytes * length);
      }
    }
    return 0;
  }
}

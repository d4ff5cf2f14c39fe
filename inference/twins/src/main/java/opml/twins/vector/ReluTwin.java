package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.NATIVE;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.twins.call.ReluCall;
import opml.twins.call.TwinCall;

/// `relu.f32`.
final class ReluTwin implements PreparedKernel {
  private final long[] extents;
  private final ProductBlocks blocks;

  private ReluTwin(ReluCall call) {
    this.extents = call.extents();
    this.blocks = new ProductBlocks(1, call.n());
  }

  static Optional<PreparedKernel> prepare(ReluCall call) {
    return call.isOrdinary() ? Optional.of(new ReluTwin(call)) : Optional.empty();
  }

  @Override
  public int units() {
    return blocks.units();
  }

  @Override
  public long scratchBytes() {
    return 4L * ProductBlocks.SIZE;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    MemorySegment x = segments[0];
    MemorySegment y = segments[1];
    boolean inPlace = x.getClass() == NATIVE && y.getClass() == NATIVE;
    for (int unit = from; unit < to; unit++) {
      long at = 4L * blocks.first(unit);
      int count = blocks.count(unit);
      int whole = inPlace ? count / COUNT : 0;
      if (whole > 0) {
        ElementLoops.relu(x, at, y, at, whole);
      }
      int done = whole * COUNT;
      if (done < count) {
        Rows.copy(x, at + 4L * done, scratch, 0, count - done);
        ElementLoops.relu(scratch, 0, scratch, 0, Lanes.vectors(count - done));
        Rows.copy(scratch, 0, y, at + 4L * done, count - done);
      }
    }
    return 0;
  }
}

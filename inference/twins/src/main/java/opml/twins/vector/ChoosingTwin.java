package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;

/// `choosing.rows`.
final class ChoosingTwin extends TokenTwin {
  private final int width;

  private ChoosingTwin(long[] s, List<Optional<Constant>> constants) {
    super("choosing.rows", s, (int) s[2], constants);
    this.width = (int) s[3];
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    return isOrdinary(s, floats(s[2], s[3]))
        ? Optional.of(new ChoosingTwin(s, constants))
        : Optional.empty();
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    int choosing = choosing(segments);
    long row = 4L * width;
    require(segments[1], choosing < 0 ? -1 : row * (choosing + (long) count));
    require(segments[2], row * count);
    int begin = begin(from, count);
    int rows = begin(to, count) - begin;
    MemorySegment.copy(
        segments[1], row * (choosing + (long) begin), segments[2], row * begin, row * rows);
  }
}

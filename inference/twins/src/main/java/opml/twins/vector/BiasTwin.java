package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;

/// `add.bias`.
final class BiasTwin extends TokenTwin {
  private final int width;

  private BiasTwin(long[] s, List<Optional<Constant>> constants) {
    super("add.bias", s, (int) s[2], constants);
    this.width = (int) s[3];
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    return isOrdinary(s, floats(s[2], s[3]))
        ? Optional.of(new BiasTwin(s, constants))
        : Optional.empty();
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    MemorySegment x = operand(segments, 1);
    MemorySegment bias = operand(segments, 2);
    MemorySegment y = operand(segments, 3);
    require(x, 4L * count * width);
    require(bias, 4L * width);
    require(y, 4L * count * width);
    int vectors = width / COUNT;
    int end = begin(to, count);
    for (int row = begin(from, count); row < end; row++) {
      long at = 4L * row * width;
      ElementLoops.add(x, at, bias, 0, y, at, vectors);
      for (int i = vectors * COUNT; i < width; i++) {
        Mem.putF32(y, at + 4L * i, Mem.f32(x, at + 4L * i) + Mem.f32(bias, 4L * i));
      }
    }
  }
}

package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;

/// `add.residual`.
final class ResidualTwin extends TokenTwin {
  private final int at;
  private final int width;

  private ResidualTwin(long[] s, List<Optional<Constant>> constants) {
    super("add.residual", s, (int) s[2], constants);
    this.at = (int) s[3];
    this.width = (int) s[4];
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    return s[3] >= 0 && isOrdinary(s, floats(s[3] + s[2], s[4]))
        ? Optional.of(new ResidualTwin(s, constants))
        : Optional.empty();
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    MemorySegment x = operand(segments, 1);
    MemorySegment y = operand(segments, 2);
    int n = count * width;
    long first = 4L * at * width;
    require(x, 4L * n);
    require(y, first + 4L * n);
    int vectors = n / COUNT;
    int begin = begin(from, vectors);
    long place = (long) begin * BYTES;
    ElementLoops.add(y, first + place, x, place, y, first + place, begin(to, vectors) - begin);
    for (int i = to == units() ? vectors * COUNT : n; i < n; i++) {
      Mem.putF32(y, first + 4L * i, Mem.f32(y, first + 4L * i) + Mem.f32(x, 4L * i));
    }
  }
}

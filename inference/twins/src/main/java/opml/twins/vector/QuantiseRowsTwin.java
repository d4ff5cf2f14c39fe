package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;

/// `quantize.rows`.
final class QuantiseRowsTwin extends TokenTwin {
  private final int blocks;

  private QuantiseRowsTwin(long[] s, List<Optional<Constant>> constants) {
    super("quantize.rows", s, (int) s[2], constants);
    this.blocks = (int) s[3];
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    return EightBits.fitVectors() && isOrdinary(s, floats(s[2], s[3], EightBits.BLOCK))
        ? Optional.of(new QuantiseRowsTwin(s, constants))
        : Optional.empty();
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    MemorySegment x = operand(segments, 1);
    MemorySegment q = operand(segments, 2);
    MemorySegment d = operand(segments, 3);
    int all = count * blocks;
    require(x, 4L * EightBits.BLOCK * all);
    require(q, (long) EightBits.BLOCK * all);
    require(d, 4L * all);
    int end = begin(to, all);
    for (int block = begin(from, all); block < end; block++) {
      long at = (long) EightBits.BLOCK * block;
      float most = EightBits.most(x, 4 * at);
      boolean none = most < EightBits.LEAST;
      Mem.putF32(d, 4L * block, none ? 0f : most / 127f);
      EightBits.round(x, 4 * at, none ? 0f : 127f / most, q, at);
    }
  }
}

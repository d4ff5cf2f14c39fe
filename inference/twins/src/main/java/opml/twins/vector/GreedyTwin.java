package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;

/// `choose.greedy`: each lane finds the first of its greatest, and of these the first of the greatest is chosen.
final class GreedyTwin extends TokenTwin {
  private final int vocabulary;

  private GreedyTwin(long[] s, List<Optional<Constant>> constants) {
    super("choose.greedy", s, (int) s[2], constants);
    this.vocabulary = (int) s[3];
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    return isOrdinary(s, floats(s[2], s[3]))
        ? Optional.of(new GreedyTwin(s, constants))
        : Optional.empty();
  }

  @Override
  public long scratchBytes() {
    return 2L * BYTES;
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    MemorySegment logits = operand(segments, 1);
    require(logits, 4L * count * vocabulary);
    require(segments[2], 4L * count);
    int vectors = vocabulary / COUNT;
    int end = begin(to, count);
    for (int row = begin(from, count); row < end; row++) {
      long at = 4L * row * vocabulary;
      greatest(logits, at, vectors, scratch);
      float most = Float.NEGATIVE_INFINITY;
      int best = 0;
      for (int lane = 0; lane < COUNT; lane++) {
        float logit = Mem.f32(scratch, 4L * lane);
        int place = Mem.i32(scratch, BYTES + 4L * lane) * COUNT + lane;
        if (logit > most || logit == most && most > Float.NEGATIVE_INFINITY && place < best) {
          most = logit;
          best = place;
        }
      }
      for (int i = vectors * COUNT; i < vocabulary; i++) {
        float logit = Mem.f32(logits, at + 4L * i);
        if (logit > most) {
          most = logit;
          best = i;
        }
      }
      Mem.putI32(segments[2], 4L * row, best);
    }
  }

  /// Writes each lane's greatest, and then in which vector it first was.
  private static void greatest(MemorySegment x, long at, int vectors, MemorySegment to) {
    if (x.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector most = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    IntVector where = IntVector.zero(INTS);
    for (int i = 0; i < vectors; i++) {
      FloatVector value = FloatVector.fromMemorySegment(FLOATS, x, at + (long) i * BYTES, ORDER);
      VectorMask<Float> above = value.compare(VectorOperators.GT, most);
      most = most.blend(value, above);
      where = where.blend(i, above.cast(INTS));
    }
    most.intoMemorySegment(to, 0, ORDER);
    where.intoMemorySegment(to, BYTES, ORDER);
  }
}

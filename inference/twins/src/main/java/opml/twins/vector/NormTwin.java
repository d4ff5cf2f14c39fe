package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// `norm.rms`.
final class NormTwin extends TokenTwin {
  private final int at;
  private final int groups;
  private final int width;
  private final float epsilon;

  private NormTwin(long[] s, List<Optional<Constant>> constants) {
    super("norm.rms", s, (int) s[2], constants);
    this.at = (int) s[3];
    this.groups = (int) s[4];
    this.width = (int) s[5];
    this.epsilon = Float.intBitsToFloat((int) s[6]);
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    return s[3] >= 0 && isOrdinary(s, floats(s[3] + s[2], s[4], s[5]))
        ? Optional.of(new NormTwin(s, constants))
        : Optional.empty();
  }

  @Override
  public long scratchBytes() {
    return 4L * LaneSums.COUNT;
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    MemorySegment x = operand(segments, 1);
    MemorySegment w = operand(segments, 2);
    MemorySegment y = operand(segments, 3);
    int all = count * groups;
    long row = 4L * width;
    long first = row * at * groups;
    require(x, first + row * all);
    require(w, row);
    require(y, row * all);
    int vectors = width / COUNT;
    int end = begin(to, all);
    for (int i = begin(from, all); i < end; i++) {
      long xAt = first + i * row;
      long yAt = i * row;
      float mean = LaneSums.squares(x, xAt, width, scratch) / (float) width;
      float scale = 1f / F32.sqrt(mean + epsilon);
      scale(x, xAt, scale, w, y, yAt, vectors);
      for (int j = vectors * COUNT; j < width; j++) {
        Mem.putF32(y, yAt + 4L * j, Mem.f32(x, xAt + 4L * j) * scale * Mem.f32(w, 4L * j));
      }
    }
  }

  private static void scale(
      MemorySegment x, long xAt, float scale, MemorySegment w, MemorySegment y, long yAt, int n) {
    if (x.getClass() != NATIVE || w.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector scaled =
          FloatVector.fromMemorySegment(FLOATS, x, xAt + (long) i * BYTES, ORDER)
              .mul(scale)
              .mul(FloatVector.fromMemorySegment(FLOATS, w, (long) i * BYTES, ORDER));
      scaled
          .blend(Lanes.NAN, scaled.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + (long) i * BYTES, ORDER);
    }
  }
}

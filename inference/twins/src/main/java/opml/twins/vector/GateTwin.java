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
import opml.kernels.memory.Mem;
import opml.kernels.operators.Functions;

/// `gate.silu`.
final class GateTwin extends TokenTwin {
  /// Vectors of exponentials that are in the first cache before they are used.
  private static final int BLOCK = 64;

  private final int width;

  private GateTwin(long[] s, List<Optional<Constant>> constants) {
    super("gate.silu", s, (int) s[2], constants);
    this.width = (int) s[3];
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    return isOrdinary(s, floats(s[2], s[3]))
        ? Optional.of(new GateTwin(s, constants))
        : Optional.empty();
  }

  @Override
  public long scratchBytes() {
    return (long) BLOCK * BYTES;
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    int n = count * width;
    MemorySegment gate = operand(segments, 1);
    MemorySegment up = operand(segments, 2);
    MemorySegment y = operand(segments, 3);
    require(gate, 4L * n);
    require(up, 4L * n);
    require(y, 4L * n);
    int vectors = n / COUNT;
    int end = begin(to, vectors);
    for (int i = begin(from, vectors); i < end; i += BLOCK) {
      int some = Math.min(BLOCK, end - i);
      long at = (long) i * BYTES;
      Exponential.exp(gate, at, -1f, 0f, scratch, 0, some);
      silu(scratch, gate, up, y, at, some);
    }
    for (int i = to == units() ? vectors * COUNT : n; i < n; i++) {
      float g = Mem.f32(gate, 4L * i);
      Mem.putF32(y, 4L * i, g / (1f + Functions.exp(-g)) * Mem.f32(up, 4L * i));
    }
  }

  private static void silu(
      MemorySegment exp, MemorySegment gate, MemorySegment up, MemorySegment y, long at, int n) {
    if (exp.getClass() != NATIVE
        || gate.getClass() != NATIVE
        || up.getClass() != NATIVE
        || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector gated =
          FloatVector.fromMemorySegment(FLOATS, gate, at + (long) i * BYTES, ORDER)
              .div(FloatVector.fromMemorySegment(FLOATS, exp, (long) i * BYTES, ORDER).add(1f))
              .mul(FloatVector.fromMemorySegment(FLOATS, up, at + (long) i * BYTES, ORDER));
      gated
          .blend(Lanes.NAN, gated.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, at + (long) i * BYTES, ORDER);
    }
  }
}

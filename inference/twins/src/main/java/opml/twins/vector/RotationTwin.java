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
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// `rotate`, where the elements of a pair are neighbours, or half of the rotated ones apart.
final class RotationTwin extends TokenTwin {
  private static final VectorShuffle<Float> FIRSTS = VectorShuffle.fromOp(FLOATS, i -> i & -2);
  private static final VectorShuffle<Float> SECONDS = VectorShuffle.fromOp(FLOATS, i -> i | 1);
  private static final VectorShuffle<Float> SWAPPED = VectorShuffle.fromOp(FLOATS, i -> i ^ 1);

  /// The sign bit in even lanes.
  private static final IntVector MINUS_PLUS =
      IntVector.zero(INTS).addIndex(1).not().lanewise(VectorOperators.LSHL, 31);

  private final int heads;
  private final int width;
  private final int pairs;
  private final boolean neighbours;

  private RotationTwin(long[] s, List<Optional<Constant>> constants) {
    super("rotate", s, (int) s[2], constants);
    this.heads = (int) s[3];
    this.width = (int) s[4];
    this.pairs = (int) s[5];
    this.neighbours = s[6] == 2;
  }

  static Optional<PreparedKernel> prepare(long[] s, List<Optional<Constant>> constants) {
    boolean neighbours = s[6] == 2 && s[7] == 1;
    boolean halves = s[6] == 1 && s[7] == s[5];
    boolean fits = s[5] > 0 && 2 * s[5] <= s[4] && isOrdinary(s, floats(s[2], s[3], s[4]));
    return (neighbours || halves) && fits
        ? Optional.of(new RotationTwin(s, constants))
        : Optional.empty();
  }

  @Override
  public long scratchBytes() {
    return 8L * pairs;
  }

  @Override
  void work(MemorySegment[] segments, MemorySegment scratch, int count, int from, int to) {
    MemorySegment x = operand(segments, 1);
    MemorySegment table = operand(segments, 2);
    MemorySegment y = operand(segments, 3);
    int position = position(segments);
    long row = 4L * heads * width;
    require(x, row * count);
    require(y, row * count);
    require(table, position < 0 ? -1 : 8L * pairs * (position + (long) count));
    int end = begin(to, count);
    for (int i = begin(from, count); i < end; i++) {
      long angles = 8L * pairs * (position + (long) i);
      if (neighbours) {
        neighbours(x, i * row, table, angles, y);
      } else {
        Rows.gather(table, angles, 8, scratch, 0, pairs);
        Rows.gather(table, angles + 4, 8, scratch, 4L * pairs, pairs);
        halves(x, i * row, scratch, y);
      }
      for (int h = 0; h < heads && 2 * pairs < width; h++) {
        long rest = i * row + 4L * (h * width + 2 * pairs);
        Rows.copy(x, rest, y, rest, width - 2 * pairs);
      }
    }
  }

  private void neighbours(
      MemorySegment x, long row, MemorySegment table, long angles, MemorySegment y) {
    int vectors = 2 * pairs / COUNT;
    for (int h = 0; h < heads; h++) {
      long at = row + 4L * h * width;
      rotateNeighbours(x, y, at, table, angles, vectors);
      for (int p = vectors * (COUNT / 2); p < pairs; p++) {
        float cos = Mem.f32(table, angles + 8L * p);
        float sin = Mem.f32(table, angles + 8L * p + 4);
        rotate(x, y, at + 8L * p, at + 8L * p + 4, cos, sin);
      }
    }
  }

  private void halves(MemorySegment x, long row, MemorySegment parted, MemorySegment y) {
    int vectors = pairs / COUNT;
    long apart = 4L * pairs;
    for (int h = 0; h < heads; h++) {
      long at = row + 4L * h * width;
      rotateHalves(x, y, at, parted, apart, vectors);
      for (int p = vectors * COUNT; p < pairs; p++) {
        float cos = Mem.f32(parted, 4L * p);
        float sin = Mem.f32(parted, apart + 4L * p);
        rotate(x, y, at + 4L * p, at + apart + 4L * p, cos, sin);
      }
    }
  }

  private static void rotate(
      MemorySegment x, MemorySegment y, long first, long second, float cos, float sin) {
    float a = Mem.f32(x, first);
    float b = Mem.f32(x, second);
    Mem.putF32(y, first, F32.fma(a, cos, -(b * sin)));
    Mem.putF32(y, second, F32.fma(a, sin, b * cos));
  }

  private static void rotateNeighbours(
      MemorySegment x, MemorySegment y, long at, MemorySegment table, long angles, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE || table.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector pairs = FloatVector.fromMemorySegment(FLOATS, x, at + (long) i * BYTES, ORDER);
      FloatVector turn =
          FloatVector.fromMemorySegment(FLOATS, table, angles + (long) i * BYTES, ORDER);
      FloatVector rotated =
          pairs
              .rearrange(FIRSTS)
              .fma(
                  turn,
                  pairs
                      .rearrange(SECONDS)
                      .mul(turn.rearrange(SWAPPED))
                      .reinterpretAsInts()
                      .lanewise(VectorOperators.XOR, MINUS_PLUS)
                      .reinterpretAsFloats());
      rotated
          .blend(Lanes.NAN, rotated.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, at + (long) i * BYTES, ORDER);
    }
  }

  /// @param parted all cosines, and `apart` bytes from them all sines
  private static void rotateHalves(
      MemorySegment x, MemorySegment y, long at, MemorySegment parted, long apart, int n) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE || parted.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < n; i++) {
      FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, at + (long) i * BYTES, ORDER);
      FloatVector b =
          FloatVector.fromMemorySegment(FLOATS, x, at + apart + (long) i * BYTES, ORDER);
      FloatVector cos = FloatVector.fromMemorySegment(FLOATS, parted, (long) i * BYTES, ORDER);
      FloatVector sin =
          FloatVector.fromMemorySegment(FLOATS, parted, apart + (long) i * BYTES, ORDER);
      FloatVector first = a.fma(cos, b.mul(sin).neg());
      FloatVector second = a.fma(sin, b.mul(cos));
      first
          .blend(Lanes.NAN, first.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, at + (long) i * BYTES, ORDER);
      second
          .blend(Lanes.NAN, second.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, at + apart + (long) i * BYTES, ORDER);
    }
  }
}

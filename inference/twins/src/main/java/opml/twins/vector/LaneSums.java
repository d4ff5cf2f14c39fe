package opml.twins.vector;

import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// The sixteen accumulators of a SUM: four vectors of four, which every machine has.
final class LaneSums {
  static final int COUNT = 16;

  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

  private LaneSums() {}

  /// {@return SUM of the squares of some floats}
  ///
  /// @param scratch whose first bytes are written, one float for each accumulator
  static float squares(MemorySegment x, long at, int count, MemorySegment scratch) {
    int rounds = count / COUNT;
    squaresOfRounds(x, at, rounds, scratch);
    for (int i = rounds * COUNT; i < count; i++) {
      float value = Mem.f32(x, at + 4L * i);
      long place = 4L * (i % COUNT);
      Mem.putF32(scratch, place, F32.fma(value, value, Mem.f32(scratch, place)));
    }
    return halved(scratch);
  }

  private static void squaresOfRounds(MemorySegment x, long at, int rounds, MemorySegment to) {
    if (x.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector a = FloatVector.zero(FOUR);
    FloatVector b = FloatVector.zero(FOUR);
    FloatVector c = FloatVector.zero(FOUR);
    FloatVector d = FloatVector.zero(FOUR);
    for (int i = 0; i < rounds; i++) {
      FloatVector e = FloatVector.fromMemorySegment(FOUR, x, at + i * 64L, ORDER);
      FloatVector f = FloatVector.fromMemorySegment(FOUR, x, at + i * 64L + 16, ORDER);
      FloatVector g = FloatVector.fromMemorySegment(FOUR, x, at + i * 64L + 32, ORDER);
      FloatVector h = FloatVector.fromMemorySegment(FOUR, x, at + i * 64L + 48, ORDER);
      a = e.fma(e, a);
      b = f.fma(f, b);
      c = g.fma(g, c);
      d = h.fma(h, d);
    }
    a.intoMemorySegment(to, 0, ORDER);
    b.intoMemorySegment(to, 16, ORDER);
    c.intoMemorySegment(to, 32, ORDER);
    d.intoMemorySegment(to, 48, ORDER);
  }

  /// {@return SUM of some floats}
  ///
  /// @param scratch whose first bytes are written, one float for each accumulator
  static float sum(MemorySegment x, long at, int count, MemorySegment scratch) {
    int rounds = count / COUNT;
    sumOfRounds(x, at, rounds, scratch);
    for (int i = rounds * COUNT; i < count; i++) {
      long place = 4L * (i % COUNT);
      Mem.putF32(scratch, place, Mem.f32(scratch, place) + Mem.f32(x, at + 4L * i));
    }
    return halved(scratch);
  }

  private static void sumOfRounds(MemorySegment x, long at, int rounds, MemorySegment to) {
    if (x.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector a = FloatVector.zero(FOUR);
    FloatVector b = FloatVector.zero(FOUR);
    FloatVector c = FloatVector.zero(FOUR);
    FloatVector d = FloatVector.zero(FOUR);
    for (int i = 0; i < rounds; i++) {
      a = a.add(FloatVector.fromMemorySegment(FOUR, x, at + i * 64L, ORDER));
      b = b.add(FloatVector.fromMemorySegment(FOUR, x, at + i * 64L + 16, ORDER));
      c = c.add(FloatVector.fromMemorySegment(FOUR, x, at + i * 64L + 32, ORDER));
      d = d.add(FloatVector.fromMemorySegment(FOUR, x, at + i * 64L + 48, ORDER));
    }
    a.intoMemorySegment(to, 0, ORDER);
    b.intoMemorySegment(to, 16, ORDER);
    c.intoMemorySegment(to, 32, ORDER);
    d.intoMemorySegment(to, 48, ORDER);
  }

  /// {@return the accumulators added up, those eight apart first}
  private static float halved(MemorySegment sums) {
    if (sums.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector four =
        FloatVector.fromMemorySegment(FOUR, sums, 0, ORDER)
            .add(FloatVector.fromMemorySegment(FOUR, sums, 32, ORDER))
            .add(
                FloatVector.fromMemorySegment(FOUR, sums, 16, ORDER)
                    .add(FloatVector.fromMemorySegment(FOUR, sums, 48, ORDER)));
    return four.lane(0) + four.lane(2) + (four.lane(1) + four.lane(3));
  }
}

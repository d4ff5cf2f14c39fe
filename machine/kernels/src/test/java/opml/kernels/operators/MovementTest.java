package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MovementTest {
  private static final int LOOPS = 6;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// A random route: where it begins, its steps, and all places that it reaches, in order.
  private record Way(long[] scalars, int[] places, int elements) {
    static Way of(SplittableRandom random, int[] loops) {
      int turns = IntStream.of(loops).reduce(1, (a, b) -> a * b);
      int[] steps = IntStream.generate(() -> random.nextInt(-5, 6)).limit(LOOPS).toArray();
      int[] places = new int[turns];
      for (int turn = 0; turn < turns; turn++) {
        int rest = turn;
        for (int loop = LOOPS - 1; loop >= 0; loop--) {
          places[turn] += rest % loops[loop] * steps[loop];
          rest /= loops[loop];
        }
      }
      int from = -IntStream.of(places).min().orElseThrow();
      int[] shifted = IntStream.of(places).map(place -> place + from).toArray();
      long[] scalars =
          LongStream.concat(LongStream.of(from), IntStream.of(steps).asLongStream()).toArray();
      return new Way(scalars, shifted, IntStream.of(shifted).max().orElseThrow() + 1);
    }
  }

  private int[] loops() {
    return IntStream.generate(() -> random.nextInt(1, 4)).limit(LOOPS).toArray();
  }

  private static long[] scalars(int[] loops, Way... ways) {
    LongStream all = IntStream.of(loops).asLongStream();
    for (Way way : ways) {
      all = LongStream.concat(all, LongStream.of(way.scalars));
    }
    return all.toArray();
  }

  private static void copy(byte[] from, int at, byte[] to, int place, int width) {
    System.arraycopy(from, at * width, to, place * width, width);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void movesFollowBothRoutesInOrder(int width) {
    for (int i = 0; i < 20; i++) {
      int[] loops = loops();
      Way x = Way.of(random, loops);
      Way y = Way.of(random, loops);
      byte[] from = Tensors.randomBytes(random, width * x.elements);
      byte[] before = Tensors.randomBytes(random, width * y.elements);
      MemorySegment to = tensor(before);
      long[] scalars = scalars(loops, x, y);
      run("move.b" + width, segments(tensor(from), to), scalars);
      byte[] expected = before.clone();
      for (int turn = 0; turn < x.places.length; turn++) {
        copy(from, x.places[turn], expected, y.places[turn], width);
      }
      assertThat(to.toArray(ValueLayout.JAVA_BYTE)).as("seed %d", seed).isEqualTo(expected);
      assertChangesAreTold("move.b" + width, to, scalars, y, width);
    }
  }

  private void assertChangesAreTold(
      String name, MemorySegment to, long[] scalars, Way y, int width) {
    Kernel kernel = KernelCatalog.byName(name);
    BitSet told = new BitSet();
    kernel
        .changes()
        .orElseThrow()
        .of(
            segments(to, to),
            scalars,
            (segment, from, bytes) -> {
              assertThat(segment).isEqualTo(1);
              told.set((int) from, (int) (from + bytes));
            });
    int least = IntStream.of(y.places).min().orElseThrow();
    int greatest = IntStream.of(y.places).max().orElseThrow();
    assertThat(told.nextSetBit(0)).as("seed %d", seed).isEqualTo(least * width);
    assertThat(told.length()).as("seed %d", seed).isEqualTo((greatest + 1) * width);
  }

  @Test
  void movesWithoutATurnChangeNothing() {
    MemorySegment y = tensor(1, 2);
    long[] scalars = new long[20];
    run("move.b4", segments(tensor(5), y), scalars);
    assertThat(y.toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void selectTakesOneOfTwo(int width) {
    for (int i = 0; i < 20; i++) {
      int[] loops = loops();
      Way condition = Way.of(random, loops);
      Way a = Way.of(random, loops);
      Way b = Way.of(random, loops);
      byte[] conditions = Tensors.randomBytes(random, condition.elements);
      for (int at = 0; at < conditions.length; at++) {
        conditions[at] *= (byte) random.nextInt(2);
      }
      byte[] yes = Tensors.randomBytes(random, width * a.elements);
      byte[] no = Tensors.randomBytes(random, width * b.elements);
      int turns = a.places.length;
      MemorySegment y = memory((long) width * turns);
      run(
          "select.b" + width,
          segments(tensor(conditions), tensor(yes), tensor(no), y),
          scalars(loops, condition, a, b));
      byte[] expected = new byte[width * turns];
      for (int turn = 0; turn < turns; turn++) {
        boolean is = conditions[condition.places[turn]] != 0;
        copy(is ? yes : no, (is ? a : b).places[turn], expected, turn, width);
      }
      assertThat(y.toArray(ValueLayout.JAVA_BYTE)).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @Test
  void triangularMatricesKeepTheirDiagonals() {
    int[] x = IntStream.rangeClosed(1, 12).toArray(); // (3, 4)
    assertThat(triangle(x, 0, true)).containsExactly(1, 2, 3, 4, 0, 6, 7, 8, 0, 0, 11, 12);
    assertThat(triangle(x, 0, false)).containsExactly(1, 0, 0, 0, 5, 6, 0, 0, 9, 10, 11, 0);
    assertThat(triangle(x, 2, true)).containsExactly(0, 0, 3, 4, 0, 0, 0, 8, 0, 0, 0, 0);
    assertThat(triangle(x, -1, false)).containsExactly(0, 0, 0, 0, 5, 0, 0, 0, 9, 10, 0, 0);
    assertThat(triangle(x, Long.MIN_VALUE, true)).isEqualTo(x);
    assertThat(triangle(x, Long.MAX_VALUE, true)).containsOnly(0);
    assertThat(triangle(x, Long.MAX_VALUE, false)).isEqualTo(x);
  }

  private static int[] triangle(int[] x, long k, boolean upper) {
    MemorySegment y = memory(4L * x.length);
    run("trilu", segments(tensor(x), LongTensors.tensor(k), y), 1, 3, 4, upper ? 1 : 0, 2);
    return y.toArray(ValueLayout.JAVA_INT);
  }

  @Test
  void sequencesAreTurnedAroundUpToTheirLengths() {
    int[] x = IntStream.range(0, 12).toArray();
    // (batch 3, time 4): lengths beyond the time, none, and two
    assertThat(reversed(x, 3, 4, false, 9, -1, 2))
        .containsExactly(3, 2, 1, 0, 4, 5, 6, 7, 9, 8, 10, 11);
    // (time 4, batch 3)
    assertThat(reversed(x, 3, 4, true, 4, 1, 3))
        .containsExactly(9, 1, 8, 6, 4, 5, 3, 7, 2, 0, 10, 11);
  }

  private static int[] reversed(int[] x, int batch, int time, boolean timeFirst, long... lengths) {
    MemorySegment y = memory(4L * x.length);
    run(
        "reversesequence",
        segments(tensor(x), LongTensors.tensor(lengths), y),
        batch,
        time,
        1,
        timeFirst ? 1 : 0,
        2);
    return y.toArray(ValueLayout.JAVA_INT);
  }

  @Test
  void wholeRowsOfTimeMoveTogether() {
    for (int log = 0; log < 4; log++) {
      byte[] x = Tensors.randomBytes(random, 2 * 3 * 5 << log);
      MemorySegment y = memory(x.length);
      run("reversesequence", segments(tensor(x), LongTensors.tensor(3, 3), y), 2, 3, 5, 0, log);
      int row = 5 << log;
      byte[] expected = new byte[x.length];
      for (int i = 0; i < 6; i++) {
        int from = (i / 3 * 3 + 2 - i % 3) * row;
        System.arraycopy(x, from, expected, i * row, row);
      }
      assertThat(y.toArray(ValueLayout.JAVA_BYTE))
          .as("%d bytes, seed %d, %s", 1 << log, seed, Arrays.toString(x))
          .isEqualTo(expected);
    }
  }
}

package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderingTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// Java's order of floats, with one zero and one NaN.
  private static float ordered(float value) {
    return Float.isNaN(value) ? Float.NaN : value + 0f;
  }

  @Test
  void topkIsAStableSort() {
    for (int n : new int[] {1, 2, 3, 7, 8, 9, 31, 100}) {
      float[] x = Tensors.wild(random, 2 * n * 2);
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextBoolean() ? Math.round(x[i]) : x[i];
      }
      for (int largest = 0; largest < 2; largest++) {
        int k = random.nextInt(1, n + 1);
        MemorySegment y = memory(16L * k);
        MemorySegment indices = memory(32L * k);
        run("topk.f32", segments(tensor(x), y, indices, memory(8L * n)), 2, n, 2, k, largest);
        for (int row = 0; row < 4; row++) {
          int at = row / 2 * n * 2 + row % 2;
          Comparator<Integer> order = Comparator.comparingDouble(i -> ordered(x[at + 2 * i]));
          List<Integer> sorted =
              IntStream.range(0, n)
                  .boxed()
                  .sorted(largest != 0 ? order.reversed() : order)
                  .toList();
          for (int j = 0; j < k; j++) {
            int to = row / 2 * k * 2 + j * 2 + row % 2;
            String where = "n = " + n + ", row " + row + ", place " + j + ", seed " + seed;
            assertThat(indices.getAtIndex(ValueLayout.JAVA_LONG, to))
                .as(where)
                .isEqualTo((long) sorted.get(j));
            assertThat(y.getAtIndex(ValueLayout.JAVA_INT, to))
                .as(where)
                .isEqualTo(Float.floatToRawIntBits(x[at + 2 * sorted.get(j)]));
          }
        }
      }
    }
  }

  @Test
  void topkOfIntegersHasTheirWholeRange() {
    long[] x = {3, Long.MIN_VALUE, 3, Long.MAX_VALUE, -1};
    assertTop(x, 1, new long[] {Long.MAX_VALUE, 3, 3, -1}, new long[] {3, 0, 2, 4});
    assertTop(x, 0, new long[] {Long.MIN_VALUE, -1, 3, 3}, new long[] {1, 4, 0, 2});
  }

  private static void assertTop(long[] x, int largest, long[] values, long[] places) {
    MemorySegment y = memory(32);
    MemorySegment indices = memory(32);
    run(
        "topk.i64",
        segments(LongTensors.tensor(x), y, indices, memory(40)),
        1,
        x.length,
        1,
        4,
        largest);
    assertThat(LongTensors.values(y)).containsExactly(values);
    assertThat(LongTensors.values(indices)).containsExactly(places);
  }

  @Test
  void uniqueFindsEachSliceOnce() {
    for (int i = 0; i < 40; i++) {
      int outer = random.nextInt(1, 3);
      int n = random.nextInt(1, 20);
      int inner = random.nextInt(1, 3);
      long[] x = LongTensors.random(random, outer * n * inner, -1, 2);
      assertUnique(x, outer, n, inner, random.nextInt(2));
    }
  }

  private void assertUnique(long[] x, int outer, int n, int inner, int sorted) {
    List<List<Long>> slices = new ArrayList<>();
    for (int e = 0; e < n; e++) {
      List<Long> slice = new ArrayList<>();
      for (int o = 0; o < outer; o++) {
        for (int k = 0; k < inner; k++) {
          slice.add(x[(o * n + e) * inner + k]);
        }
      }
      slices.add(slice);
    }
    Comparator<List<Long>> order = (a, b) -> Arrays.compare(array(a), array(b));
    List<List<Long>> once =
        sorted != 0
            ? slices.stream().distinct().sorted(order).toList()
            : slices.stream().distinct().toList();
    MemorySegment y = memory(8L * x.length);
    MemorySegment indices = memory(8L * n);
    MemorySegment inverse = memory(8L * n);
    MemorySegment counts = memory(8L * n);
    MemorySegment count = memory(8);
    run(
        "unique.i64",
        segments(LongTensors.tensor(x), y, indices, inverse, counts, count, memory(8L * n)),
        outer,
        n,
        inner,
        sorted);
    String where = "%s, outer %d, inner %d, seed %d".formatted(slices, outer, inner, seed);
    assertThat(LongTensors.values(count)).as(where).containsExactly(once.size());
    for (int e = 0; e < n; e++) {
      assertThat(LongTensors.values(inverse)[e]).as(where).isEqualTo(once.indexOf(slices.get(e)));
    }
    for (int i = 0; i < n; i++) {
      List<Long> found = new ArrayList<>();
      for (int o = 0; o < outer; o++) {
        for (int k = 0; k < inner; k++) {
          found.add(LongTensors.values(y)[(o * n + i) * inner + k]);
        }
      }
      boolean is = i < once.size();
      assertThat(found)
          .as(where)
          .isEqualTo(is ? once.get(i) : found.stream().map(_ -> 0L).toList());
      assertThat(LongTensors.values(indices)[i])
          .as(where)
          .isEqualTo(is ? slices.indexOf(once.get(i)) : 0);
      assertThat(LongTensors.values(counts)[i])
          .as(where)
          .isEqualTo(is ? slices.stream().filter(once.get(i)::equals).count() : 0);
    }
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(value -> value).toArray();
  }

  @Test
  void uniqueFloatsHaveOneZeroAndOneNan() {
    float other = Float.intBitsToFloat(0xffc00001);
    MemorySegment x = tensor(other, 0f, -0f, 1f, Float.NaN, -2f);
    MemorySegment y = memory(24);
    MemorySegment inverse = memory(48);
    run(
        "unique.f32",
        segments(x, y, memory(48), inverse, memory(48), memory(8), memory(48)),
        1,
        6,
        1,
        1);
    assertThat(y.toArray(ValueLayout.JAVA_INT))
        .containsExactly(Float.floatToIntBits(-2f), 0, Float.floatToIntBits(1f), 0xffc00001, 0, 0);
    assertThat(LongTensors.values(inverse)).containsExactly(3, 1, 1, 2, 3, 0);
  }

  @Test
  void doublesAreOrderedAsFloatsAre() {
    double other = Double.longBitsToDouble(0xfff8000000000001L);
    double[] x = {-1, 0.0, other, -0.0, 1e300, Double.NEGATIVE_INFINITY, -1};
    MemorySegment y = memory(56);
    MemorySegment places = memory(56);
    run("topk.f64", segments(DoubleTensors.tensor(x), y, places, memory(56)), 1, 7, 1, 7, 0);
    assertThat(LongTensors.values(places)).containsExactly(5, 0, 6, 1, 3, 4, 2);
    assertThat(LongTensors.values(y)[6]).isEqualTo(0xfff8000000000001L);
    MemorySegment inverse = memory(56);
    MemorySegment count = memory(8);
    run(
        "unique.f64",
        segments(DoubleTensors.tensor(x), y, memory(56), inverse, memory(56), count, memory(56)),
        1,
        7,
        1,
        1);
    assertThat(LongTensors.values(count)).containsExactly(5);
    assertThat(LongTensors.values(inverse)).containsExactly(1, 2, 4, 2, 3, 0, 1);
  }

  @Test
  void distinctSlicesAreUniqueOnes() {
    for (int n : new int[] {1, 2, 7, 30}) {
      int outer = random.nextInt(1, 4);
      int inner = random.nextInt(1, 4);
      float[] x = new float[outer * n * inner];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextInt(3);
      }
      for (int sorted = 0; sorted < 2; sorted++) {
        MemorySegment y = memory(4L * x.length);
        List<MemorySegment> lists = List.of(memory(8L * n), memory(8L * n), memory(8L * n));
        MemorySegment count = memory(8);
        MemorySegment[] unique = {
          tensor(x), y, lists.get(0), lists.get(1), lists.get(2), count, memory(8L * n)
        };
        run("unique.f32", unique, outer, n, inner, sorted);
        MemorySegment same = memory(4L * x.length);
        MemorySegment places = memory(24L * n);
        MemorySegment number = memory(8);
        MemorySegment[] distinct = {tensor(x), same, places, number, memory(8L * n)};
        run("distinct.f32", distinct, outer, n, inner, sorted);
        assertThat(same.mismatch(y)).as("seed %d", seed).isEqualTo(-1);
        assertThat(number.mismatch(count)).as("seed %d", seed).isEqualTo(-1);
        for (int row = 0; row < 3; row++) {
          MemorySegment part = places.asSlice(8L * n * row, 8L * n);
          assertThat(part.mismatch(lists.get(row))).as("seed %d", seed).isEqualTo(-1);
        }
      }
    }
  }
}

package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexingTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// What an index from -n to n - 1 counts, or the nearest place to one outside.
  private static int place(long index, int n) {
    if (index >= n) {
      return n - 1;
    }
    return index < -n ? 0 : (int) Math.floorMod(index, (long) n);
  }

  private long[] indices(int count, int n) {
    long[] indices = LongTensors.random(random, count, -n - 2L, n + 2L);
    if (count > 1) {
      indices[0] = Long.MIN_VALUE;
      indices[1] = Long.MAX_VALUE;
    }
    return indices;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void gatherTakesSlicesAlongAnAxis(int width) {
    int outer = 2;
    int n = 5;
    int inner = 3;
    long[] indices = indices(7, n);
    byte[] x = Tensors.randomBytes(random, outer * n * inner * width);
    MemorySegment y = memory((long) outer * 7 * inner * width);
    run(
        "gather.b" + width,
        segments(tensor(x), LongTensors.tensor(indices), y),
        new long[] {
          1,
          1,
          1,
          outer,
          7,
          inner,
          0,
          0,
          0,
          0,
          (long) n * inner,
          0,
          1,
          0,
          0,
          0,
          0,
          0,
          1,
          0,
          n,
          inner
        });
    byte[] expected = new byte[outer * 7 * inner * width];
    for (int i = 0; i < outer * 7; i++) {
      int from = (i / 7 * n + place(indices[i % 7], n)) * inner * width;
      System.arraycopy(x, from, expected, i * inner * width, inner * width);
    }
    assertThat(y.toArray(ValueLayout.JAVA_BYTE)).as("seed %d", seed).isEqualTo(expected);
  }

  @Test
  void gatherTakesElementsWhereTheIndicesHaveTheirOwnShape() {
    // x (3, 4), indices (2, 3): y[i, j] = x[indices[i, j], j]
    float[] x = Tensors.random(random, 12);
    long[] indices = indices(6, 3);
    MemorySegment y = memory(24);
    run(
        "gather.b4",
        segments(tensor(x), LongTensors.tensor(indices), y),
        new long[] {1, 1, 1, 1, 2, 3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 1, 3, 4});
    float[] expected = new float[6];
    for (int i = 0; i < 6; i++) {
      expected[i] = x[place(indices[i], 3) * 4 + i % 3];
    }
    assertBits(y, expected, "seed " + seed);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void scatterLeavesTheLastUpdateOfAPlace(int width) {
    // x (4, 5), indices and updates (3, 2): y[indices[i, j], j] = updates[i, j]
    byte[] x = Tensors.randomBytes(random, 20 * width);
    byte[] updates = Tensors.randomBytes(random, 6 * width);
    long[] indices = indices(6, 4);
    MemorySegment y = memory(20L * width);
    run(
        "scatter.b" + width,
        segments(tensor(x), LongTensors.tensor(indices), tensor(updates), y),
        1,
        1,
        1,
        1,
        3,
        2,
        0,
        0,
        0,
        0,
        0,
        2,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        20,
        4,
        5);
    byte[] expected = x.clone();
    for (int i = 0; i < 6; i++) {
      int to = place(indices[i], 4) * 5 + i % 2;
      System.arraycopy(updates, i * width, expected, to * width, width);
    }
    assertThat(y.toArray(ValueLayout.JAVA_BYTE)).as("seed %d", seed).isEqualTo(expected);
  }

  private static long[] row(int updates, int count, int kind) {
    return new long[] {
      1, 1, 1, 1, 1, updates, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, count, count, 1, kind
    };
  }

  @Test
  void scatterCombinesFloatsInOrder() {
    float[] x = Tensors.wild(random, 3);
    float[] updates = Tensors.wild(random, 40);
    long[] indices = indices(40, 3);
    for (int kind = 0; kind < 4; kind++) {
      MemorySegment y = memory(12);
      run(
          "scatter.f32",
          segments(tensor(x), LongTensors.tensor(indices), tensor(updates), y),
          row(40, 3, kind));
      float[] expected = x.clone();
      for (int i = 0; i < 40; i++) {
        int at = place(indices[i], 3);
        expected[at] =
            switch (kind) {
              case Indexing.ADD -> expected[at] + updates[i];
              case Indexing.MULTIPLY -> expected[at] * updates[i];
              case Indexing.MINIMUM -> Math.min(expected[at], updates[i]);
              default -> Math.max(expected[at], updates[i]);
            };
      }
      assertBits(y, expected, "kind " + kind + ", seed " + seed);
    }
  }

  @Test
  void scatterLeavesTheBitsThatNoUpdateMeets() {
    MemorySegment x = tensor(0x7fa00001, 0xff800007, 5);
    MemorySegment y = memory(12);
    run(
        "scatter.f32",
        segments(x, LongTensors.tensor(2), tensor(1f), y),
        row(1, 3, Indexing.MULTIPLY));
    assertThat(y.toArray(ValueLayout.JAVA_INT)).containsExactly(0x7fa00001, 0xff800007, 5);
  }

  @Test
  void scatterCombinesIntegers() {
    long[] x = {10, Long.MAX_VALUE, -3};
    long[] indices = {0, 1, -1, 0};
    long[] updates = {5, 1, 2, 7};
    long[][] expected = {
      {22, Long.MIN_VALUE, -1}, {350, Long.MAX_VALUE, -6}, {5, 1, -3}, {10, Long.MAX_VALUE, 2}
    };
    for (int kind = 0; kind < 4; kind++) {
      MemorySegment y = memory(24);
      run(
          "scatter.i64",
          segments(
              LongTensors.tensor(x), LongTensors.tensor(indices), LongTensors.tensor(updates), y),
          row(4, 3, kind));
      assertThat(LongTensors.values(y)).as("kind %d", kind).containsExactly(expected[kind]);
    }
  }

  @Test
  void ravelCountsTuplesAsRowMajorPlaces() {
    int[] sizes = {2, 3, 4};
    long[] tuples = indices(30, 3);
    MemorySegment y = memory(80);
    run("ravel", segments(LongTensors.tensor(tuples), y), 10, 3, 2, 3, 4, 1, 1, 1);
    long[] expected = new long[10];
    for (int i = 0; i < 10; i++) {
      int tuple = 3 * i;
      expected[i] =
          place(tuples[tuple], sizes[0]) * 12L
              + place(tuples[tuple + 1], sizes[1]) * 4L
              + place(tuples[tuple + 2], sizes[2]);
    }
    assertThat(LongTensors.values(y)).as("seed %d", seed).isEqualTo(expected);
  }

  @Test
  void onehotIsOnWhereTheIndexIs() {
    // (outer 1, inner 4), depth 3
    MemorySegment y = memory(24);
    run(
        "onehot",
        segments(
            LongTensors.tensor(1, -1, 3, -4), tensor((byte) 7, (byte) 0, (byte) 9, (byte) 0), y),
        1,
        3,
        4,
        1);
    short[] expected = {7, 7, 7, 7, /* */ 9, 7, 7, 7, /* */ 7, 9, 7, 7};
    assertThat(y.toArray(ValueLayout.JAVA_SHORT)).containsExactly(expected);
  }

  @Test
  void onehotWalksItsAxis() {
    int[] indices = {0, 2, 1, 1, 2, 0}; // (3, 2)
    long[] longs = IntStream.of(indices).asLongStream().toArray();
    MemorySegment y = memory(18);
    run("onehot", segments(LongTensors.tensor(longs), tensor((byte) 0, (byte) 1), y), 3, 3, 2, 0);
    byte[] expected = new byte[18];
    for (int i = 0; i < 6; i++) {
      expected[i / 2 * 6 + indices[i] * 2 + i % 2] = 1;
    }
    assertThat(y.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
  }

  @Test
  void scatterCombinesDoubles() {
    double[] x = {1.5, Double.NaN, -0.0};
    double[] updates = {0.1, 2, 0.0, 0.2};
    long[] indices = {0, 1, 2, 0};
    double nan = Double.NaN;
    double[][] expected = {
      {1.5 + 0.1 + 0.2, nan, 0.0}, {1.5 * 0.1 * 0.2, nan, -0.0}, {0.1, nan, -0.0}, {1.5, nan, 0.0}
    };
    for (int kind = 0; kind < 4; kind++) {
      MemorySegment y = memory(24);
      run(
          "scatter.f64",
          segments(
              DoubleTensors.tensor(x),
              LongTensors.tensor(indices),
              DoubleTensors.tensor(updates),
              y),
          row(4, 3, kind));
      DoubleTensors.assertBits(y, expected[kind], "kind " + kind);
    }
  }
}

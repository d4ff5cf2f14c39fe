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
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static final float NAN = Float.intBitsToFloat(0xffc00001);

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void softmaxHasTheWrittenOrderAtAwkwardSizes() {
    for (int n : Tensors.AWKWARD) {
      for (int inner = 1; inner <= 3; inner++) {
        float[] x =
            inner == 3 ? Tensors.wild(random, 2 * n * 3) : Tensors.random(random, 2 * n * inner);
        float[] expected = new float[x.length];
        for (int row = 0; row < 2 * inner; row++) {
          float[] e = new float[n];
          float max = Float.NEGATIVE_INFINITY;
          for (int j = 0; j < n; j++) {
            e[j] = x[(row / inner * n + j) * inner + row % inner];
            max = Math.max(max, e[j]);
          }
          for (int j = 0; j < n; j++) {
            e[j] = Functions.exp(e[j] - max);
          }
          float sum = Tensors.sum(e);
          for (int j = 0; j < n; j++) {
            expected[(row / inner * n + j) * inner + row % inner] = e[j] / sum;
          }
        }
        MemorySegment y = memory(4L * x.length);
        run("softmax.f32", segments(tensor(x), y), 2, n, inner);
        assertBits(y, expected, "n = " + n + ", inner " + inner + ", seed " + seed);
      }
    }
  }

  @Test
  void softmaxIsNearTheExactOne() {
    float[] x = Tensors.random(random, 100);
    MemorySegment y = memory(400);
    run("softmax.f32", segments(tensor(x), y), 1, 100, 1);
    double sum = 0;
    for (float value : x) {
      sum += Math.exp(value);
    }
    for (int i = 0; i < 100; i++) {
      double exact = Math.exp(x[i]) / sum;
      // x - max is rounded at up to 2^-22, then exp, 7 + 4 additions and a division at 2^-24 each
      assertThat((double) Mem.f32(y, 4L * i))
          .as("seed %d", seed)
          .isBetween(exact * (1 - 32 * 0x1p-24), exact * (1 + 32 * 0x1p-24));
    }
  }

  @Test
  void softmaxOfAnInfinityIsNan() {
    MemorySegment y = memory(8);
    run("softmax.f32", segments(tensor(Float.POSITIVE_INFINITY, 0f), y), 1, 2, 1);
    assertThat(y.toArray(ValueLayout.JAVA_INT)).containsExactly(0x7fc00000, 0x7fc00000);
    run("softmax.f32", segments(tensor(Float.NEGATIVE_INFINITY, 0f), y), 1, 2, 1);
    assertThat(y.toArray(ValueLayout.JAVA_INT)).containsExactly(0, 0x3f800000);
  }

  @Test
  void argmaxTakesTheFirstOrTheLastOfEquals() {
    assertThat(argmax(0, 1f, 3f, 3f, 2f)).isEqualTo(1);
    assertThat(argmax(1, 1f, 3f, 3f, 2f)).isEqualTo(2);
    assertThat(argmax(0, -0f, 0f)).isEqualTo(0);
    assertThat(argmax(1, 0f, -0f)).isEqualTo(1);
  }

  @Test
  void argmaxPassesOverNan() {
    assertThat(argmax(0, NAN, 1f, NAN)).isEqualTo(1);
    assertThat(argmax(1, NAN, 1f, NAN)).isEqualTo(1);
    assertThat(argmax(0, NAN, NAN)).isEqualTo(0);
    assertThat(argmax(0, NAN, Float.NEGATIVE_INFINITY)).isEqualTo(0);
    assertThat(argmax(1, NAN, Float.NEGATIVE_INFINITY)).isEqualTo(1);
    assertThat(argmax(0)).isEqualTo(0);
  }

  @Test
  void argmaxWalksItsAxis() {
    float[] x = {1, 9, 5, 8, 7, 2, /**/ 4, 0, 3, 6, 11, 10}; // (2, 3, 2)
    MemorySegment y = memory(32);
    run("argmax.f32", segments(tensor(x), y), 2, 3, 2, 0);
    assertThat(y.toArray(ValueLayout.JAVA_LONG)).containsExactly(2, 0, 2, 2);
  }

  private static long argmax(int selectLast, float... x) {
    MemorySegment y = memory(8);
    run("argmax.f32", segments(tensor(x), y), 1, x.length, 1, selectLast);
    return Mem.i64(y, 0);
  }

  @Test
  void argminIsTheArgmaxOfTheOpposite() {
    for (int run = 0; run < 50; run++) {
      float[] x = Tensors.wild(random, 2 * 5 * 2);
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextBoolean() ? Math.round(x[i]) : x[i];
      }
      float[] opposite = new float[x.length];
      double[] doubles = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        opposite[i] = -x[i];
        doubles[i] = x[i];
      }
      int last = random.nextInt(2);
      MemorySegment least = memory(32);
      MemorySegment greatest = memory(32);
      run("argmax.f32", segments(tensor(opposite), greatest), 2, 5, 2, last);
      run("argmin.f32", segments(tensor(x), least), 2, 5, 2, last);
      assertThat(LongTensors.values(least))
          .as("seed %d", seed)
          .isEqualTo(LongTensors.values(greatest));
      run("argmin.f64", segments(DoubleTensors.tensor(doubles), least), 2, 5, 2, last);
      assertThat(LongTensors.values(least))
          .as("seed %d", seed)
          .isEqualTo(LongTensors.values(greatest));
      run("argmax.f32", segments(tensor(x), greatest), 2, 5, 2, last);
      run("argmax.f64", segments(DoubleTensors.tensor(doubles), least), 2, 5, 2, last);
      assertThat(LongTensors.values(least))
          .as("seed %d", seed)
          .isEqualTo(LongTensors.values(greatest));
    }
  }

  @Test
  void integersHaveTheirFirstAndLastExtremes() {
    long[] x = {3, Long.MIN_VALUE, 7, 7, Long.MIN_VALUE};
    assertThat(place("argmax.i64", 0, x)).isEqualTo(2);
    assertThat(place("argmax.i64", 1, x)).isEqualTo(3);
    assertThat(place("argmin.i64", 0, x)).isEqualTo(1);
    assertThat(place("argmin.i64", 1, x)).isEqualTo(4);
    assertThat(place("argmax.i64", 0, Long.MIN_VALUE, Long.MIN_VALUE)).isEqualTo(0);
    assertThat(place("argmin.i64", 1, Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(1);
  }

  private static long place(String kernel, int selectLast, long... x) {
    MemorySegment y = memory(8);
    run(kernel, segments(LongTensors.tensor(x), y), 1, x.length, 1, selectLast);
    return Mem.i64(y, 0);
  }

  @Test
  void logsoftmaxHasTheWrittenOrder() {
    for (int n : Tensors.AWKWARD) {
      float[] x = n % 2 == 0 ? Tensors.wild(random, 2 * n) : Tensors.random(random, 2 * n);
      float[] expected = new float[x.length];
      for (int row = 0; row < 2; row++) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
          max = Math.max(max, x[2 * i + row]);
        }
        float[] e = new float[n];
        for (int i = 0; i < n; i++) {
          e[i] = Functions.exp(x[2 * i + row] - max);
        }
        for (int i = 0; i < n; i++) {
          expected[2 * i + row] = x[2 * i + row] - max - Functions.log(Tensors.sum(e));
        }
      }
      MemorySegment y = memory(4L * x.length);
      run("logsoftmax.f32", segments(tensor(x), y), 1, n, 2);
      assertBits(y, expected, "n = " + n + ", seed " + seed);
    }
  }
}

package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RunningTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void sumsAndProductsAreChainsAlongTheirAxis() {
    for (int variant = 0; variant < 8; variant++) {
      boolean exclusive = (variant & 1) != 0;
      boolean reverse = (variant & 2) != 0;
      boolean product = (variant & 4) != 0;
      float[] x = Tensors.wild(random, 2 * 5 * 3);
      float[] expected = new float[x.length];
      for (int row = 0; row < 6; row++) {
        int at = row / 3 * 15 + row % 3;
        for (int i = 0; i < 5; i++) {
          // Whatever counts, in the order in which it is met.
          float value = product ? 1f : 0f;
          int end = exclusive ? i : i + 1;
          for (int j = 0; j < end; j++) {
            float next = x[at + 3 * (reverse ? 4 - j : j)];
            value = product ? value * next : value + next;
          }
          expected[at + 3 * (reverse ? 4 - i : i)] = value;
        }
      }
      MemorySegment y = memory(4L * x.length);
      run(
          product ? "cumprod.f32" : "cumsum.f32",
          segments(tensor(x), y),
          2,
          5,
          3,
          exclusive ? 1 : 0,
          reverse ? 1 : 0);
      assertBits(y, expected, "variant " + variant + ", seed " + seed);
    }
  }

  @Test
  void integersRunOnModuloTheirRange() {
    long[] x = {Long.MAX_VALUE, 1, 2, -3};
    assertThat(integers("cumsum.i64", 0, 0, x))
        .containsExactly(Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 2, Long.MAX_VALUE);
    assertThat(integers("cumsum.i64", 1, 1, x)).containsExactly(0, -1, -3, 0);
    assertThat(integers("cumprod.i64", 0, 1, 2, 3, 4)).containsExactly(24, 12, 4);
    assertThat(integers("cumprod.i64", 1, 0, 2, 3, 4)).containsExactly(1, 2, 6);
  }

  private static long[] integers(String kernel, int exclusive, int reverse, long... x) {
    MemorySegment y = memory(8L * x.length);
    run(kernel, segments(LongTensors.tensor(x), y), 1, x.length, 1, exclusive, reverse);
    return LongTensors.values(y);
  }

  @Test
  void rangesGoOnBySteps() {
    MemorySegment y = memory(16);
    run("range.f32", segments(tensor(1f), tensor(0.1f), y), 4);
    assertBits(y, new float[] {1f, 1f + 0.1f, 1f + 2f * 0.1f, 1f + 3f * 0.1f}, "range");
    MemorySegment z = memory(24);
    run("range.i64", segments(LongTensors.tensor(5), LongTensors.tensor(-7), z), 3);
    assertThat(LongTensors.values(z)).containsExactly(5, -2, -9);
  }

  @Test
  void doublesRunOnToo() {
    double[] x = {0.1, -0.0, Double.POSITIVE_INFINITY, 3};
    MemorySegment y = memory(32);
    run("cumsum.f64", segments(DoubleTensors.tensor(x), y), 1, 4, 1, 0, 0);
    double infinity = Double.POSITIVE_INFINITY;
    DoubleTensors.assertBits(y, new double[] {0.1, 0.1, infinity, infinity}, "sums");
    run("cumprod.f64", segments(DoubleTensors.tensor(x), y), 1, 4, 1, 1, 1);
    DoubleTensors.assertBits(y, new double[] {Double.NaN, infinity, 3, 1}, "products");
  }
}

package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

class ReductionTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// Reduces (2, n, inner) row by row.
  private void assertReduces(String kernel, Function<float[], Float> expected) {
    for (int n : Tensors.AWKWARD) {
      for (int inner = 1; inner <= 3; inner++) {
        int width = inner;
        int count = 2 * n * inner;
        float[] x = inner == 3 ? Tensors.wild(random, count) : Tensors.random(random, count);
        float[] rows = new float[2 * inner];
        for (int row = 0; row < rows.length; row++) {
          int at = row / inner * n * inner + row % inner;
          float[] one = new float[n];
          IntStream.range(0, n).forEach(i -> one[i] = x[at + i * width]);
          rows[row] = expected.apply(one);
        }
        MemorySegment y = memory(4L * rows.length);
        run(kernel, segments(tensor(x), y), 2, n, inner);
        assertBits(y, rows, kernel + " of " + n + ", inner " + inner + ", seed " + seed);
      }
    }
  }

  private static float[] mapped(float[] x, Function<Float, Float> function) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = function.apply(x[i]);
    }
    return y;
  }

  @Test
  void sumsHaveTheWrittenOrder() {
    assertReduces("reduce.sum.f32", Tensors::sum);
    assertReduces("reduce.mean.f32", x -> Tensors.sum(x) / x.length);
    assertReduces("reduce.l1.f32", x -> Tensors.sum(mapped(x, Math::abs)));
  }

  @Test
  void squaresAreTakenUpByFma() {
    assertReduces(
        "reduce.sumsquare.f32",
        x -> {
          float[] lanes = new float[16];
          for (int i = 0; i < x.length; i++) {
            lanes[i % 16] = F32.fma(x[i], x[i], lanes[i % 16]);
          }
          return Tensors.sum(lanes);
        });
  }

  @Test
  void extremesAreJavas() {
    assertReduces(
        "reduce.max.f32",
        x -> {
          float[] sorted = x.clone();
          Arrays.sort(sorted); // -0 before 0, NaN last
          return x.length == 0 ? Float.NEGATIVE_INFINITY : sorted[x.length - 1];
        });
    assertReduces(
        "reduce.min.f32",
        x -> {
          float[] sorted = x.clone();
          Arrays.sort(sorted);
          boolean nan = x.length > 0 && Float.isNaN(sorted[x.length - 1]);
          float least = x.length == 0 ? Float.POSITIVE_INFINITY : sorted[0];
          return nan ? Float.NaN : least;
        });
  }

  @Test
  void productsAreOneChain() {
    assertReduces(
        "reduce.prod.f32",
        x -> {
          float y = 1f;
          for (float value : x) {
            y *= value;
          }
          return y;
        });
  }

  @Test
  void integersAreReducedModuloTheirRange() {
    long[] x = LongTensors.random(random, 2 * 7 * 3, Long.MIN_VALUE, Long.MAX_VALUE);
    assertIntegers(x, Reduction.SUM, row -> sum(row, v -> v).longValue());
    assertIntegers(x, -1, row -> sum(row, v -> v).longValue());
    assertIntegers(x, Reduction.SUM_OF_SQUARES, row -> sum(row, v -> v.multiply(v)).longValue());
    assertIntegers(x, Reduction.SUM_OF_MAGNITUDES, row -> sum(row, BigInteger::abs).longValue());
    assertIntegers(x, Reduction.MEAN, row -> sum(row, v -> v).longValue() / 7);
    assertIntegers(
        x,
        Reduction.PRODUCT,
        row ->
            LongStream.of(row)
                .mapToObj(BigInteger::valueOf)
                .reduce(BigInteger.ONE, BigInteger::multiply)
                .longValue());
    assertIntegers(x, Reduction.GREATEST, row -> LongStream.of(row).max().orElseThrow());
    assertIntegers(x, Reduction.LEAST, row -> LongStream.of(row).min().orElseThrow());
  }

  private static BigInteger sum(long[] row, Function<BigInteger, BigInteger> of) {
    return LongStream.of(row)
        .mapToObj(BigInteger::valueOf)
        .map(of)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private void assertIntegers(long[] x, int kind, Function<long[], Long> expected) {
    MemorySegment y = memory(8 * 6);
    run("reduce.i64", segments(LongTensors.tensor(x), y), 2, 7, 3, kind);
    for (int row = 0; row < 6; row++) {
      int at = row / 3 * 21 + row % 3;
      long[] one = IntStream.range(0, 7).mapToLong(i -> x[at + 3 * i]).toArray();
      assertThat(Mem.i64(y, 8L * row))
          .as("kind %d, seed %d", kind, seed)
          .isEqualTo(expected.apply(one));
    }
  }

  @Test
  void ofNoIntegersEachKindHasItsValue() {
    MemorySegment y = memory(8);
    long[] expected = {0, 0, 0, 0, 1, Long.MIN_VALUE, Long.MAX_VALUE};
    for (int kind = 0; kind < expected.length; kind++) {
      run("reduce.i64", segments(memory(0), y), 1, 0, 1, kind);
      assertThat(Mem.i64(y, 0)).isEqualTo(expected[kind]);
    }
  }

  @Test
  void exponentialsAreSummedBelowTheirGreatest() {
    assertReduces(
        "reduce.logsumexp.f32",
        x -> {
          float max = Float.NEGATIVE_INFINITY;
          for (float value : x) {
            max = Math.max(max, value);
          }
          float greatest = max;
          float sum = Tensors.sum(mapped(x, value -> Functions.exp(value - greatest)));
          return Float.isFinite(max) ? max + Functions.log(sum) : max;
        });
  }

  @Test
  void doublesAreReducedInOneChain() {
    double[] x = new double[2 * 7 * 3];
    for (int i = 0; i < x.length; i++) {
      boolean special = random.nextInt(9) == 0;
      x[i] = special ? 1 / (random.nextInt(3) - 1.0) : random.nextDouble(-3, 3);
    }
    for (int kind = -1; kind <= Reduction.LEAST; kind++) {
      MemorySegment y = memory(8 * 6);
      run("reduce.f64", segments(DoubleTensors.tensor(x), y), 2, 7, 3, kind);
      double[] expected = new double[6];
      for (int row = 0; row < 6; row++) {
        double value =
            switch (kind) {
              case Reduction.PRODUCT -> 1;
              case Reduction.GREATEST -> Double.NEGATIVE_INFINITY;
              case Reduction.LEAST -> Double.POSITIVE_INFINITY;
              default -> 0;
            };
        for (int i = 0; i < 7; i++) {
          double next = x[row / 3 * 21 + row % 3 + 3 * i];
          value =
              switch (kind) {
                case Reduction.PRODUCT -> value * next;
                case Reduction.GREATEST -> Math.max(value, next);
                case Reduction.LEAST -> Math.min(value, next);
                case Reduction.SUM_OF_SQUARES -> Math.fma(next, next, value);
                case Reduction.SUM_OF_MAGNITUDES -> value + Math.abs(next);
                default -> value + next;
              };
        }
        expected[row] = kind == Reduction.MEAN ? value / 7 : value;
      }
      DoubleTensors.assertBits(y, expected, "kind " + kind + ", seed " + seed);
    }
  }
}

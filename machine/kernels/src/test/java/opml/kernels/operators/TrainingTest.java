package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TrainingTest {
  private static final int N = 5;
  private static final float RATE = 0.1f;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);
  private final float[] x = Tensors.random(random, N);
  private final float[] g = Tensors.random(random, N);
  private final float[] v = Tensors.random(random, N);
  private final MemorySegment nextX = memory(4 * N);
  private final MemorySegment nextV = memory(4 * N);
  private final MemorySegment nextH = memory(4 * N);

  private static long bits(float value) {
    return Float.floatToIntBits(value);
  }

  private static MemorySegment count(long steps) {
    MemorySegment count = memory(8);
    count.set(ValueLayout.JAVA_LONG, 0, steps);
    return count;
  }

  private void has(MemorySegment actual, int i, double expected) {
    assertThat((double) actual.getAtIndex(ValueLayout.JAVA_FLOAT, i))
        .as("seed %d", seed)
        .isCloseTo(expected, within(1e-5));
  }

  @Test
  void adagradDividesByTheRootOfAllSquares() {
    float[] h = {0f, 1f, 2f, 3f, 4f};
    run(
        "adagrad.f32",
        segments(tensor(RATE), count(3), tensor(x), tensor(g), tensor(h), nextX, nextH),
        N,
        bits(0.2f),
        bits(0.5f),
        bits(1e-2f));
    for (int i = 0; i < N; i++) {
      double normed = 0.2 * x[i] + g[i];
      double squares = h[i] + normed * normed;
      has(nextH, i, squares);
      has(nextX, i, x[i] - 0.1 / 2.5 * normed / (Math.sqrt(squares) + 1e-2));
    }
  }

  @Test
  void adamDividesAMeanByTheRootOfAMeanOfSquares() {
    float[] h = {0f, 1f, 2f, 3f, 4f};
    for (int steps : new int[] {0, 1, 2, 5, 13}) {
      run(
          "adam.f32",
          segments(
              tensor(RATE),
              count(steps),
              tensor(x),
              tensor(g),
              tensor(v),
              tensor(h),
              nextX,
              nextV,
              nextH),
          N,
          bits(0.9f),
          bits(0.99f),
          bits(0.2f),
          bits(0.3f),
          bits(1e-2f));
      double rate =
          steps == 0
              ? 0.1
              : 0.1 * Math.sqrt(1 - Math.pow(0.99, steps)) / (1 - Math.pow(0.9, steps));
      for (int i = 0; i < N; i++) {
        double normed = 0.2 * x[i] + g[i];
        double mean = 0.9 * v[i] + 0.1 * normed;
        double squares = 0.99 * h[i] + 0.01 * normed * normed;
        has(nextV, i, mean);
        has(nextH, i, squares);
        has(nextX, i, 0.7 * (x[i] - rate * mean / (Math.sqrt(squares) + 1e-2)));
      }
    }
  }

  @Test
  void momentumGoesOnInItsDirection() {
    for (int trial = 0; trial < 4; trial++) {
      int nesterov = trial % 2;
      int steps = trial / 2;
      run(
          "momentum.f32",
          segments(tensor(RATE), count(steps), tensor(x), tensor(g), tensor(v), nextX, nextV),
          N,
          nesterov,
          bits(0.9f),
          bits(0.5f),
          bits(0.2f));
      for (int i = 0; i < N; i++) {
        double normed = 0.2 * x[i] + g[i];
        double velocity = 0.9 * v[i] + (steps > 0 ? 0.5 : 1) * normed;
        has(nextV, i, velocity);
        has(nextX, i, x[i] - 0.1 * (nesterov != 0 ? normed + 0.9 * velocity : velocity));
      }
    }
  }
}

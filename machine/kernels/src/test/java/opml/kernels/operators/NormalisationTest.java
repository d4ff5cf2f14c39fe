package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NormalisationTest {
  private static final float EPSILON = 1e-5f;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static long bits(float value) {
    return Float.floatToIntBits(value);
  }

  /// SUM of squares, with its accumulators in an array.
  private static float squares(float[] x) {
    float[] lanes = new float[16];
    for (int i = 0; i < x.length; i++) {
      lanes[i % 16] = Math.fma(x[i], x[i], lanes[i % 16]);
    }
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }

  @Test
  void rowsHaveTheWrittenOrderAtAwkwardSizes() {
    for (int n : Tensors.AWKWARD) {
      if (n == 0) {
        continue;
      }
      int rows = 1 + random.nextInt(3);
      float[] x = n % 2 == 0 ? Tensors.random(random, rows * n) : Tensors.wild(random, rows * n);
      float[] scale = Tensors.random(random, n);
      float[] bias = Tensors.random(random, n);
      float[] y = new float[rows * n];
      float[] rms = new float[rows * n];
      float[] means = new float[rows];
      float[] inverses = new float[rows];
      float[] variances = new float[rows];
      float[] centred = new float[rows * n];
      for (int row = 0; row < rows; row++) {
        float[] own = Arrays.copyOfRange(x, row * n, (row + 1) * n);
        means[row] = Tensors.sum(own) / n;
        float root = 1f / (float) Math.sqrt(squares(own) / n + EPSILON);
        for (int j = 0; j < n; j++) {
          rms[row * n + j] = own[j] * root * scale[j];
          own[j] -= means[row];
          centred[row * n + j] = own[j];
        }
        variances[row] = squares(own) / n;
        inverses[row] = 1f / (float) Math.sqrt(variances[row] + EPSILON);
        for (int j = 0; j < n; j++) {
          y[row * n + j] = own[j] * inverses[row] * scale[j] + bias[j];
        }
      }
      MemorySegment out = memory(4L * y.length);
      MemorySegment mean = memory(4L * rows);
      MemorySegment inverse = memory(4L * rows);
      MemorySegment[] all = segments(tensor(x), tensor(scale), tensor(bias), out, mean, inverse);
      run("normalize.f32", all, rows, n, 1, 0, 1, bits(EPSILON));
      assertBits(out, y, n + ", seed " + seed);
      assertBits(mean, means, n + ", seed " + seed);
      assertBits(inverse, inverses, n + ", seed " + seed);
      run("rmsnorm.f32", segments(tensor(x), tensor(scale), out), rows, n, bits(EPSILON));
      assertBits(out, rms, n + ", seed " + seed);
      run("moments.f32", segments(tensor(x), out, mean, inverse), rows, n);
      assertBits(out, centred, n + ", seed " + seed);
      assertBits(mean, means, n + ", seed " + seed);
      assertBits(inverse, variances, n + ", seed " + seed);
    }
  }

  @Test
  void aGroupOfChannelsHasAFactorForEach() {
    float[] x = Tensors.random(random, 2 * 6 * 5); // two images of three groups of two channels
    float[] scale = Tensors.random(random, 6);
    float[] bias = Tensors.random(random, 6);
    MemorySegment y = memory(4L * x.length);
    run(
        "normalize.f32",
        segments(tensor(x), tensor(scale), tensor(bias), y, memory(24), memory(24)),
        6,
        10,
        3,
        2,
        5,
        bits(0f));
    for (int row = 0; row < 6; row++) {
      double mean = 0;
      for (int j = 0; j < 10; j++) {
        mean += x[10 * row + j] / 10;
      }
      double variance = 0;
      for (int j = 0; j < 10; j++) {
        variance += Math.pow(x[10 * row + j] - mean, 2) / 10;
      }
      for (int j = 0; j < 10; j++) {
        int channel = row % 3 * 2 + j / 5;
        double normal = (x[10 * row + j] - mean) / Math.sqrt(variance);
        assertThat((double) y.getAtIndex(ValueLayout.JAVA_FLOAT, 10L * row + j))
            .as("seed %d", seed)
            .isCloseTo(normal * scale[channel] + bias[channel], within(1e-4));
      }
    }
  }

  @Test
  void batchesAreNormalisedByWhatIsGiven() {
    float[] x = Tensors.wild(random, 2 * 3 * 4);
    float[] scale = Tensors.random(random, 3);
    float[] bias = Tensors.random(random, 3);
    float[] mean = Tensors.random(random, 3);
    float[] variance = {0f, 2.5f, 1e-3f};
    float[] expected = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = i / 4 % 3;
      float factor = scale[c] / (float) Math.sqrt(variance[c] + EPSILON);
      expected[i] = (x[i] - mean[c]) * factor + bias[c];
    }
    MemorySegment y = memory(4L * x.length);
    run(
        "batchnorm.f32",
        segments(tensor(x), tensor(scale), tensor(bias), tensor(mean), tensor(variance), y),
        2,
        3,
        4,
        bits(EPSILON));
    assertBits(y, expected, "seed " + seed);
  }

  @Test
  void aNormIsOfOneAxis() {
    float[] x = Tensors.random(random, 2 * 37 * 3);
    for (int p = 1; p <= 2; p++) {
      float[] expected = new float[x.length];
      for (int line = 0; line < 6; line++) {
        float[] magnitudes = new float[37];
        for (int j = 0; j < 37; j++) {
          magnitudes[j] = Math.abs(x[(line / 3 * 37 + j) * 3 + line % 3]);
        }
        float norm = p == 1 ? Tensors.sum(magnitudes) : (float) Math.sqrt(squares(magnitudes));
        for (int j = 0; j < 37; j++) {
          int at = (line / 3 * 37 + j) * 3 + line % 3;
          expected[at] = x[at] / norm;
        }
      }
      MemorySegment y = memory(4L * x.length);
      run("lpnorm.f32", segments(tensor(x), y), 2, 37, 3, p);
      assertBits(y, expected, "seed " + seed);
    }
    MemorySegment zeros = memory(8);
    run("lpnorm.f32", segments(tensor(0f, -0f), zeros), 1, 2, 1, 2);
    assertBits(zeros, new float[2], "zeros");
  }

  @Test
  void aResponseIsNormalisedByItsNeighbours() {
    float[] x = Tensors.random(random, 7);
    MemorySegment y = memory(28);
    run("lrn.f32", segments(tensor(x), y), 1, 7, 1, 1, 2, bits(0.25f), bits(0.75f), bits(2f));
    for (int c = 0; c < 7; c++) {
      double sum = 0;
      for (int d = Math.max(0, c - 1); d <= Math.min(6, c + 2); d++) {
        sum += x[d] * (double) x[d];
      }
      assertThat((double) y.getAtIndex(ValueLayout.JAVA_FLOAT, c))
          .as("seed %d", seed)
          .isCloseTo(x[c] / Math.pow(2 + 0.25 * sum, 0.75), within(1e-5));
    }
  }
}

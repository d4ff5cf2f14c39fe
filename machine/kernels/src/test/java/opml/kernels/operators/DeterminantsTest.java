package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

class DeterminantsTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void determinantsAreNearTheExactOnes() {
    for (int n = 1; n <= 6; n++) {
      float[] x = Tensors.random(random, 3 * n * n);
      float[] y = determinants(x, 3, n);
      for (int t = 0; t < 3; t++) {
        double[][] matrix = new double[n][n];
        double scale = 1;
        for (int i = 0; i < n; i++) {
          double row = 0;
          for (int j = 0; j < n; j++) {
            matrix[i][j] = x[(t * n + i) * n + j];
            row += matrix[i][j] * matrix[i][j];
          }
          scale *= Math.sqrt(row);
        }
        // Hadamard's bound times the rounding of elimination
        assertThat((double) y[t])
            .as("n = %d, seed %d", n, seed)
            .isCloseTo(laplace(matrix), within(scale * n * n * 0x1p-20));
      }
    }
  }

  private static double laplace(double[][] matrix) {
    int n = matrix.length;
    if (n == 0) {
      return 1;
    }
    double sum = 0;
    for (int column = 0; column < n; column++) {
      double[][] minor = new double[n - 1][n - 1];
      for (int i = 1; i < n; i++) {
        for (int j = 0; j < n - 1; j++) {
          minor[i - 1][j] = matrix[i][j < column ? j : j + 1];
        }
      }
      sum += (column % 2 == 0 ? 1 : -1) * matrix[0][column] * laplace(minor);
    }
    return sum;
  }

  @Test
  void exchangedRowsTurnTheSign() {
    assertThat(determinants(new float[] {0, 1, 1, 0}, 1, 2)).containsExactly(-1f);
    assertThat(determinants(new float[] {0, 0, 1, 1, 0, 0, 0, 1, 0}, 1, 3)).containsExactly(1f);
    assertThat(determinants(new float[] {1, 2, 2, 4}, 1, 2)).containsExactly(-0f);
    assertThat(determinants(new float[0], 1, 0)).containsExactly(1f);
    assertThat(determinants(new float[] {Float.NaN, 1, 1, 1}, 1, 2)).containsExactly(Float.NaN);
  }

  private static float[] determinants(float[] x, int batch, int n) {
    MemorySegment y = memory(4L * batch);
    run("det.f32", segments(tensor(x), y, memory(4L * n * n)), batch, n);
    float[] all = new float[batch];
    for (int t = 0; t < batch; t++) {
      all[t] = Mem.f32(y, 4L * t);
    }
    return all;
  }
}

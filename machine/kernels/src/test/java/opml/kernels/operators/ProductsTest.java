package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

class ProductsTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void dotHasTheWrittenOrderAtAwkwardSizes() {
    for (int k : Tensors.AWKWARD) {
      float[] a = Tensors.random(random, k);
      float[] b = Tensors.random(random, k);
      MemorySegment y = memory(4);
      run("matmul.f32", segments(tensor(a), tensor(b), y), 1, 1, 1, k, 0, k, 1, 0, 1, 1);
      assertBits(y, new float[] {Tensors.dot(a, b)}, "k = " + k + ", seed " + seed);
    }
  }

  @Test
  void dotIsNearTheExactSum() {
    for (int k : Tensors.AWKWARD) {
      float[] a = Tensors.random(random, k);
      float[] b = Tensors.random(random, k);
      MemorySegment y = memory(4);
      run("matmul.f32", segments(tensor(a), tensor(b), y), 1, 1, 1, k, 0, k, 1, 0, 1, 1);
      BigDecimal exact = BigDecimal.ZERO;
      double magnitude = 0;
      for (int i = 0; i < k; i++) {
        exact = exact.add(new BigDecimal(a[i]).multiply(new BigDecimal(b[i])));
        magnitude += Math.abs((double) a[i] * b[i]);
      }
      // Higham, Accuracy and Stability of Numerical Algorithms, 3.1: at most 256 + k / 256
      // roundings on any path
      double bound = 1.01 * (Math.min(k, 256) + k / 256 + 1) * 0x1p-24 * magnitude;
      assertThat(Math.abs(exact.subtract(new BigDecimal(Mem.f32(y, 0))).doubleValue()))
          .as("k = %d, seed %d", k, seed)
          .isLessThanOrEqualTo(bound);
    }
  }

  @Test
  void matmulFollowsItsStrides() {
    for (int trial = 0; trial < 100; trial++) {
      int batch = random.nextInt(3);
      int m = random.nextInt(4);
      int n = random.nextInt(5);
      int k = random.nextInt(20);
      int aSize = m * k;
      int bSize = k * n;
      boolean aTransposed = random.nextBoolean();
      boolean bTransposed = random.nextBoolean();
      boolean bShared = random.nextBoolean();
      float[] a = Tensors.wild(random, batch * aSize);
      float[] b = Tensors.wild(random, batch * bSize);
      float[] expected = new float[batch * m * n];
      for (int i = 0; i < expected.length; i++) {
        int t = i / (m * n);
        float[] row = new float[k];
        float[] column = new float[k];
        for (int l = 0; l < k; l++) {
          int r = i / n % m;
          row[l] = a[t * aSize + (aTransposed ? l * m + r : r * k + l)];
          int c = i % n;
          column[l] = b[(bShared ? 0 : t) * bSize + (bTransposed ? c * k + l : l * n + c)];
        }
        expected[i] = Tensors.dot(row, column);
      }
      MemorySegment y = memory(4L * expected.length);
      run(
          "matmul.f32",
          segments(tensor(a), tensor(b), y),
          batch,
          m,
          n,
          k,
          aSize,
          aTransposed ? 1 : k,
          aTransposed ? m : 1,
          bShared ? 0 : bSize,
          bTransposed ? 1 : n,
          bTransposed ? k : 1);
      assertBits(y, expected, "trial " + trial + ", seed " + seed);
    }
  }

  @Test
  void gemmScalesAndBroadcastsItsAddend() {
    float[] factors = {0f, 1f, -1f, 0.3f};
    for (int trial = 0; trial < 200; trial++) {
      int m = 1 + random.nextInt(4);
      int n = 1 + random.nextInt(4);
      int k = random.nextInt(300);
      int cRow = random.nextBoolean() ? n : 0;
      int cCol = random.nextInt(2);
      float alpha = factors[random.nextInt(4)];
      float beta = factors[random.nextInt(4)];
      float[] a = trial % 2 == 0 ? Tensors.random(random, m * k) : Tensors.wild(random, m * k);
      float[] b = Tensors.random(random, k * n);
      float[] c = Tensors.random(random, m * n);
      float[] expected = new float[m * n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          float[] row = new float[k];
          float[] column = new float[k];
          for (int l = 0; l < k; l++) {
            row[l] = a[i * k + l];
            column[l] = b[j * k + l]; // b is given transposed
          }
          float scaled = alpha * Tensors.dot(row, column);
          expected[i * n + j] = scaled + beta * c[i * cRow + j * cCol];
        }
      }
      MemorySegment y = memory(4L * m * n);
      run(
          "gemm.f32",
          segments(tensor(a), tensor(b), tensor(c), y),
          m,
          n,
          k,
          k,
          1,
          1,
          k,
          cRow,
          cCol,
          Float.floatToRawIntBits(alpha),
          Float.floatToRawIntBits(beta));
      assertBits(y, expected, "trial " + trial + ", seed " + seed);
    }
  }

  @Test
  void infinityTimesZeroIsTheCanonicalNan() {
    MemorySegment y = memory(4);
    MemorySegment a = tensor(Float.NEGATIVE_INFINITY, 2f);
    run("matmul.f32", segments(a, tensor(0f, 1f), y), 1, 1, 1, 2, 0, 2, 1, 0, 1, 1);
    assertThat(Mem.i32(y, 0)).isEqualTo(Mem.CANONICAL_NAN);
  }
}

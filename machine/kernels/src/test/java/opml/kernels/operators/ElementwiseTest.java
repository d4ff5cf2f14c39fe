package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void addAndMultiplyBroadcastByStrides() {
    for (int trial = 0; trial < 200; trial++) {
      int[] d = random.ints(4, 0, 5).toArray();
      int[] aStrides = strides(d);
      int[] bStrides = strides(d);
      float[] a = Tensors.wild(random, 256);
      float[] b = Tensors.wild(random, 256);
      int count = d[0] * d[1] * d[2] * d[3];
      float[] sums = new float[count];
      float[] products = new float[count];
      for (int i = 0; i < count; i++) {
        float left = a[index(i, d, aStrides)];
        float right = b[index(i, d, bStrides)];
        sums[i] = left + right;
        products[i] = left * right;
      }
      long[] scalars = new long[12];
      for (int i = 0; i < 4; i++) {
        scalars[i] = d[i];
        scalars[4 + i] = aStrides[i];
        scalars[8 + i] = bStrides[i];
      }
      MemorySegment y = memory(4L * count);
      run("add.f32", segments(tensor(a), tensor(b), y), scalars);
      assertBits(y, sums, "seed " + seed);
      run("mul.f32", segments(tensor(a), tensor(b), y), scalars);
      assertBits(y, products, "seed " + seed);
    }
  }

  @Test
  void reluKeepsWhatIsAboveZeroAtAwkwardSizes() {
    for (int n : Tensors.AWKWARD) {
      float[] x = Tensors.wild(random, n);
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        expected[i] = x[i] > 0 || Float.isNaN(x[i]) ? x[i] : 0f;
      }
      MemorySegment y = memory(4L * n);
      run("relu.f32", segments(tensor(x), y), n);
      assertBits(y, expected, "n = " + n + ", seed " + seed);
    }
  }

  /// {@return the strides of a row-major tensor in which some dimensions are repeated}
  private int[] strides(int[] d) {
    int[] strides = new int[4];
    int stride = 1;
    for (int i = 3; i >= 0; i--) {
      if (random.nextInt(3) > 0) {
        strides[i] = stride;
        stride *= Math.max(d[i], 1);
      }
    }
    return strides;
  }

  private static int index(int i, int[] d, int[] strides) {
    int at = 0;
    for (int dimension = 3; dimension >= 0; dimension--) {
      at += i % d[dimension] * strides[dimension];
      i /= d[dimension];
    }
    return at;
  }
}

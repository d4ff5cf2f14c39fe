package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ByteProductsTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static int read(byte value, int unsigned) {
    return unsigned != 0 ? Byte.toUnsignedInt(value) : value;
  }

  @Test
  void aProductOfMatricesIsExact() {
    for (int trial = 0; trial < 200; trial++) {
      int batch = 1 + random.nextInt(2);
      int m = 1 + random.nextInt(4);
      int n = 1 + random.nextInt(4);
      int k = random.nextInt(20);
      int shared = random.nextInt(2);
      int[] flags = random.ints(4, 0, 2).toArray();
      byte[] a = Tensors.randomBytes(random, batch * m * k);
      byte[] b = Tensors.randomBytes(random, (shared == 0 ? batch : 1) * k * n);
      byte[] aZero = Tensors.randomBytes(random, m);
      byte[] bZero = Tensors.randomBytes(random, n);
      int[] expected = new int[batch * m * n];
      for (int i = 0; i < expected.length; i++) {
        int t = i / n / m;
        int row = i / n % m;
        int column = i % n;
        for (int l = 0; l < k; l++) {
          int left =
              read(a[(t * m + row) * k + l], flags[0]) - read(aZero[row * flags[2]], flags[0]);
          int right =
              read(b[((shared == 0 ? t : 0) * k + l) * n + column], flags[1])
                  - read(bZero[column * flags[3]], flags[1]);
          expected[i] += left * right;
        }
      }
      MemorySegment y = memory(4L * expected.length);
      run(
          "matmul.integer",
          segments(tensor(a), tensor(b), tensor(aZero), tensor(bZero), y),
          batch,
          m,
          n,
          k,
          (long) m * k,
          shared == 0 ? (long) k * n : 0,
          flags[0],
          flags[1],
          flags[2],
          flags[3]);
      assertThat(y.toArray(ValueLayout.JAVA_INT)).as("seed %d", seed).isEqualTo(expected);
      float[] scale = {0.25f, -3f, 0.1f, Float.MIN_NORMAL};
      float[] bias = {0.7f, -0f, 1e30f, 100f};
      int step = random.nextInt(2);
      run(
          "matmul.integer.scaled",
          segments(
              tensor(a), tensor(b), tensor(aZero), tensor(bZero), tensor(scale), tensor(bias), y),
          batch,
          m,
          n,
          k,
          (long) m * k,
          shared == 0 ? (long) k * n : 0,
          flags[0],
          flags[1],
          flags[2],
          flags[3],
          step);
      float[] scaled = new float[expected.length];
      for (int i = 0; i < scaled.length; i++) {
        float product = expected[i] * scale[i % n * step];
        scaled[i] = product + bias[i % n];
      }
      assertThat(y.toArray(ValueLayout.JAVA_FLOAT)).as("seed %d", seed).isEqualTo(scaled);
    }
  }

  /// With zero points of 0, and numbers that a float holds, it is the convolution of floats.
  @Test
  void aConvolutionIsThatOfTheDifferences() {
    for (int trial = 0; trial < 100; trial++) {
      int groups = 1 + random.nextInt(2);
      int channels = groups * (1 + random.nextInt(3));
      int outputs = groups * (1 + random.nextInt(3));
      int[] in = random.ints(3, 1, 5).toArray();
      int[] out = random.ints(3, 1, 4).toArray();
      int[] kernel = random.ints(3, 1, 3).toArray();
      int[] flags = random.ints(4, 0, 2).toArray();
      byte[] x = Tensors.randomBytes(random, channels * in[0] * in[1] * in[2]);
      byte[] w =
          Tensors.randomBytes(
              random, outputs * channels / groups * kernel[0] * kernel[1] * kernel[2]);
      byte[] xZero = Tensors.randomBytes(random, 1);
      byte[] wZero = Tensors.randomBytes(random, outputs);
      float[] xFloats = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        xFloats[i] = read(x[i], flags[0]) - read(xZero[0], flags[0]);
      }
      float[] wFloats = new float[w.length];
      for (int i = 0; i < w.length; i++) {
        int output = i / (w.length / outputs);
        wFloats[i] = read(w[i], flags[1]) - read(wZero[output * flags[3]], flags[1]);
      }
      long[] scalars = {
        1, channels, in[0], in[1], in[2], outputs, out[0], out[1], out[2], kernel[0], kernel[1],
        kernel[2], 1, 2, 1, 1, 0, 1, 2, 1, 1, groups, flags[0], flags[1], flags[2], flags[3]
      };
      MemorySegment y = memory(4L * outputs * out[0] * out[1] * out[2]);
      MemorySegment floats = memory(y.byteSize());
      MemorySegment none = memory(4L * outputs);
      run(
          "conv3d.f32",
          segments(tensor(xFloats), tensor(wFloats), none, floats),
          Arrays.copyOf(scalars, 22));
      run("conv.integer", segments(tensor(x), tensor(w), tensor(xZero), tensor(wZero), y), scalars);
      for (int i = 0; i < y.byteSize() / 4; i++) {
        assertThat(y.getAtIndex(ValueLayout.JAVA_INT, i))
            .as("seed %d", seed)
            .isEqualTo((int) floats.getAtIndex(ValueLayout.JAVA_FLOAT, i));
      }
    }
  }
}

package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantisationTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void quantisesPerTensorAndPerChannel() {
    for (int trial = 0; trial < 200; trial++) {
      int outer = random.nextInt(3);
      int channels = 1 + random.nextInt(4);
      int inner = random.nextInt(70);
      int perChannel = random.nextInt(2);
      int unsigned = random.nextInt(2);
      float[] x = Tensors.wild(random, outer * channels * inner);
      float[] scale = new float[channels];
      for (int c = 0; c < channels; c++) {
        scale[c] = (float) random.nextDouble(0.01, 0.1);
      }
      byte[] zero = Tensors.randomBytes(random, channels);
      byte[] quantised = new byte[x.length];
      float[] dequantised = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        int c = perChannel != 0 ? i / inner % channels : 0;
        int z = unsigned != 0 ? Byte.toUnsignedInt(zero[c]) : zero[c];
        double rounded = Math.rint(x[i] / scale[c]);
        int least = unsigned != 0 ? 0 : -128;
        double value = Double.isNaN(rounded) ? z : rounded + z;
        quantised[i] = (byte) (int) Math.clamp(value, least, least + 255);
        int read = unsigned != 0 ? Byte.toUnsignedInt(quantised[i]) : quantised[i];
        dequantised[i] = (read - z) * scale[c];
      }
      MemorySegment q = memory(x.length);
      run(
          "quantize",
          segments(tensor(x), tensor(scale), tensor(zero), q),
          outer,
          channels,
          inner,
          perChannel,
          unsigned);
      assertThat(q.toArray(ValueLayout.JAVA_BYTE)).as("seed %d", seed).isEqualTo(quantised);
      MemorySegment y = memory(4L * x.length);
      run(
          "dequantize",
          segments(q, tensor(scale), tensor(zero), y),
          outer,
          channels,
          inner,
          perChannel,
          unsigned);
      assertBits(y, dequantised, "seed " + seed);
    }
  }

  @Test
  void quantisesTiesToEvenAndNanToTheZeroPoint() {
    MemorySegment y = memory(6);
    MemorySegment x = tensor(0.5f, 1.5f, 2.5f, -0.5f, -1.5f, Float.NaN);
    run("quantize", segments(x, tensor(1f), tensor((byte) 10), y), 1, 1, 6, 0, 0);
    assertThat(y.toArray(ValueLayout.JAVA_BYTE)).containsExactly(10, 12, 12, 10, 8, 10);
  }

  @Test
  void requantisesHalvesToEven() {
    for (int i = 0; i < 100_000; i++) {
      int accumulator = random.nextInt() >> random.nextInt(32);
      int multiplier = i % 2 == 0 ? 1 << 30 : random.nextInt(1 << 30, Integer.MAX_VALUE);
      int shift = 1 + random.nextInt(62);
      long exact =
          BigDecimal.valueOf(accumulator)
              .multiply(BigDecimal.valueOf(multiplier))
              .divide(BigDecimal.TWO.pow(shift), 0, RoundingMode.HALF_EVEN)
              .longValueExact();
      assertThat(Quantisation.requantize(accumulator, multiplier, shift, 3, 0))
          .as("%d · %d / 2^%d, seed %d", accumulator, multiplier, shift, seed)
          .isEqualTo((int) Math.clamp(exact + 3, -128L, 127L));
    }
  }

  @Test
  void requantisesTheEndsOfTheRange() {
    for (int accumulator : new int[] {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE}) {
      assertThat(Quantisation.requantize(accumulator, Integer.MAX_VALUE, 62, 0, 0))
          .isEqualTo(
              accumulator == Integer.MIN_VALUE ? -1 : accumulator == Integer.MAX_VALUE ? 1 : 0);
    }
  }

  @Test
  void quantisedMatmulIsExactAtAwkwardSizes() {
    for (int k : Tensors.AWKWARD) {
      int m = 1 + random.nextInt(3);
      int n = 1 + random.nextInt(9); // on both sides of the four columns taken together
      byte[] a = Tensors.randomBytes(random, m * k);
      byte[] b = Tensors.randomBytes(random, k * n);
      int[] flags = random.ints(4, 0, 2).toArray();
      int aZero = random.nextInt(256);
      int bZero = random.nextInt(-128, 128);
      int[] bias = random.ints(n, -100_000, 100_000).toArray();
      int[] multiplier = random.ints(n, 1 << 30, Integer.MAX_VALUE).toArray();
      int[] shift = random.ints(n, 38, 44).toArray();
      byte[] expected = new byte[m * n];
      for (int i = 0; i < expected.length; i++) {
        int j = i % n;
        long sum = bias[j];
        for (int l = 0; l < k; l++) {
          byte left = a[i / n * k + l];
          byte right = b[l * n + j];
          int x = (flags[1] != 0 ? left & 255 : left) - aZero;
          sum += (long) x * ((flags[2] != 0 ? right & 255 : right) - bZero);
        }
        int c = flags[0] != 0 ? j : 0;
        int zero = 5;
        expected[i] =
            (byte) Quantisation.requantize((int) sum, multiplier[c], shift[c], zero, flags[3]);
      }
      MemorySegment y = memory(expected.length);
      run(
          "qlinear.matmul",
          segments(tensor(a), tensor(b), tensor(multiplier), tensor(shift), tensor(bias), y),
          m,
          n,
          k,
          aZero,
          bZero,
          5,
          flags[0],
          flags[1],
          flags[2],
          flags[3]);
      assertThat(y.toArray(ValueLayout.JAVA_BYTE))
          .as("k = %d, seed %d", k, seed)
          .isEqualTo(expected);
    }
  }
}

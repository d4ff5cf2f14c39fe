package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
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

class BlockQuantisationTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static MemorySegment longs(long... values) {
    MemorySegment segment = memory(8L * values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_LONG, 0, values.length);
    return segment;
  }

  @Test
  void aBlockOfAnAxisHasAScale() {
    for (int trial = 0; trial < 200; trial++) {
      int outer = 1 + random.nextInt(3);
      int n = 1 + random.nextInt(9);
      int inner = 1 + random.nextInt(3);
      int block = 1 + random.nextInt(4);
      int blocks = (n + block - 1) / block;
      float[] x = Tensors.wild(random, outer * n * inner);
      float[] scale = Tensors.random(random, outer * blocks * inner);
      long[] zero = random.longs(scale.length, -4, 5).toArray();
      long[] q = new long[x.length];
      float[] back = new float[x.length];
      float[] times = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        int place = (i / inner / n * blocks + i / inner % n / block) * inner + i % inner;
        double ratio = Math.rint((double) (x[i] / scale[place]));
        q[i] = Math.clamp((long) (int) ratio + zero[place], -8, 7);
        back[i] = (q[i] - zero[place]) * scale[place];
        times[i] = x[i] * scale[place];
      }
      long[] scalars = {outer, n, inner, block, (long) blocks * inner, inner, 1, -8, 7};
      MemorySegment y = memory(8L * x.length);
      run("quantize.blocks", segments(tensor(x), tensor(scale), longs(zero), y), scalars);
      assertThat(y.toArray(ValueLayout.JAVA_LONG)).as("seed %d", seed).isEqualTo(q);
      long[] shorter = Arrays.copyOf(scalars, 7);
      MemorySegment floats = memory(4L * x.length);
      run("dequantize.blocks", segments(y, tensor(scale), longs(zero), floats), shorter);
      assertBits(floats, back, "seed " + seed);
      long[] multiplied = Arrays.copyOf(scalars, 8);
      multiplied[7] = 0;
      run("scale.blocks", segments(tensor(x), tensor(scale), floats), multiplied);
      assertBits(floats, times, "seed " + seed);
      multiplied[7] = 1;
      MemorySegment product = tensor(floats.toArray(ValueLayout.JAVA_FLOAT));
      for (int i = 0; i < x.length; i++) {
        int place = (i / inner / n * blocks + i / inner % n / block) * inner + i % inner;
        times[i] /= scale[place];
      }
      run("scale.blocks", segments(product, tensor(scale), floats), multiplied);
      assertBits(floats, times, "seed " + seed);
    }
  }

  @Test
  void aScaleFollowsFromTheRangeAndZero() {
    for (int trial = 0; trial < 200; trial++) {
      float shift = random.nextInt(3) * 4 - 4;
      float[] x = Tensors.random(random, 1 + random.nextInt(30));
      float least = 0f;
      float greatest = 0f;
      for (int i = 0; i < x.length; i++) {
        x[i] += shift;
        least = Math.min(least, x[i]);
        greatest = Math.max(greatest, x[i]);
      }
      MemorySegment y = memory(x.length);
      MemorySegment scale = memory(4);
      MemorySegment zero = memory(1);
      run("dynamic.quantize", segments(tensor(x), y, scale, zero), x.length);
      assertBits(scale, new float[] {(greatest - least) / 255f}, "seed " + seed);
      float step = scale.get(ValueLayout.JAVA_FLOAT, 0);
      int offset = zero.get(ValueLayout.JAVA_BYTE, 0) & 255;
      for (int i = 0; i < x.length; i++) {
        double value = ((y.get(ValueLayout.JAVA_BYTE, i) & 255) - offset) * (double) step;
        assertThat(value).as("seed %d", seed).isBetween(x[i] - 1.01 * step, x[i] + 1.01 * step);
      }
    }
  }

  @Test
  void zerosHaveTheScaleOneAndNanIsZero() {
    MemorySegment scale = memory(4);
    MemorySegment zero = tensor(new byte[] {1});
    MemorySegment y = tensor(new byte[] {1, 1});
    run("dynamic.quantize", segments(tensor(0f, -0f), y, scale, zero), 2);
    assertBits(scale, new float[] {1f}, "zeros");
    assertThat(y.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 0);
    assertThat(zero.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0);
    run("dynamic.quantize", segments(tensor(Float.NaN, -3f), y, scale, zero), 2);
    assertBits(scale, new float[] {Float.NaN}, "NaN");
    assertThat(y.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 0);
  }
}

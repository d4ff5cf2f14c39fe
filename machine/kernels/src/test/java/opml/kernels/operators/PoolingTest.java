package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PoolingTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void poolsWindowsAtRandomShapes() {
    for (int trial = 0; trial < 300; trial++) {
      int[] s = {
        random.nextInt(3),
        1 + random.nextInt(7),
        1 + random.nextInt(7),
        random.nextInt(4),
        random.nextInt(4),
        1 + random.nextInt(4),
        1 + random.nextInt(4),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        random.nextInt(3),
        random.nextInt(3),
        1 + random.nextInt(2),
        1 + random.nextInt(2)
      };
      int countIncludePad = random.nextInt(2);
      int size = s[0] * s[1] * s[2];
      float[] x = trial % 2 == 0 ? Tensors.random(random, size) : Tensors.wild(random, size);
      float[] max = new float[s[0] * s[3] * s[4]];
      float[] mean = new float[max.length];
      for (int i = 0; i < max.length; i++) {
        List<Float> inside = window(x, s, i);
        max[i] = inside.stream().reduce(Float.NEGATIVE_INFINITY, Math::max);
        float sum = 0f;
        for (float value : inside) {
          sum += value;
        }
        mean[i] = sum / (countIncludePad != 0 ? s[5] * s[6] : inside.size());
      }
      MemorySegment y = memory(4L * max.length);
      long[] scalars = new long[14];
      for (int i = 0; i < 13; i++) {
        scalars[i] = s[i];
      }
      scalars[13] = countIncludePad;
      run("maxpool.f32", segments(tensor(x), y), Arrays.copyOf(scalars, 13));
      assertBits(y, max, "seed " + seed);
      run("averagepool.f32", segments(tensor(x), y), scalars);
      assertBits(y, mean, "seed " + seed);
    }
  }

  @Test
  void meanOfAPlaneHasTheWrittenOrderAtAwkwardSizes() {
    for (int size : Tensors.AWKWARD) {
      float[] plane = Tensors.random(random, size);
      float[] x = new float[2 * size];
      System.arraycopy(plane, 0, x, size, size);
      MemorySegment y = memory(8);
      run("globalaveragepool.f32", segments(tensor(x), y), 2, size);
      float zero = size == 0 ? Float.NaN : 0f;
      assertBits(y, new float[] {zero, Tensors.sum(plane) / size}, size + ", seed " + seed);
    }
  }

  private static List<Float> window(float[] x, int[] s, int output) {
    List<Float> inside = new ArrayList<>();
    int plane = output / (s[3] * s[4]);
    int top = output / s[4] % s[3] * s[7] - s[9];
    int left = output % s[4] * s[8] - s[10];
    for (int j = 0; j < s[5] * s[6]; j++) {
      int row = top + j / s[6] * s[11];
      int column = left + j % s[6] * s[12];
      if (row >= 0 && row < s[1] && column >= 0 && column < s[2]) {
        inside.add(x[(plane * s[1] + row) * s[2] + column]);
      }
    }
    return inside;
  }
}

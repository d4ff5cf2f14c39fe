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
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ResamplingTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void anOutputIsAWeightedSumOfAnAxis() {
    for (int trial = 0; trial < 200; trial++) {
      int outer = 1 + random.nextInt(3);
      int n = 1 + random.nextInt(6);
      int inner = 1 + random.nextInt(3);
      int size = 1 + random.nextInt(6);
      int taps = 1 + random.nextInt(4);
      float[] x = Tensors.wild(random, outer * n * inner);
      int[] indices = random.ints((long) size * taps, -1, n + 1).toArray();
      float[] weights = Tensors.random(random, size * taps);
      float[] expected = new float[outer * size * inner];
      for (int i = 0; i < expected.length; i++) {
        int j = i / inner % size;
        for (int t = j * taps; t < (j + 1) * taps; t++) {
          if (indices[t] >= 0 && indices[t] < n) {
            float value = x[(i / inner / size * n + indices[t]) * inner + i % inner];
            expected[i] = Math.fma(weights[t], value, expected[i]);
          }
        }
        if (indices[j * taps] < 0 || indices[j * taps] >= n) {
          expected[i] = 7f;
        }
      }
      MemorySegment y = memory(4L * expected.length);
      run(
          "resize.f32",
          segments(tensor(x), tensor(indices), tensor(weights), y),
          outer,
          n,
          inner,
          size,
          taps,
          Float.floatToIntBits(7f));
      assertBits(y, expected, "seed " + seed);
    }
  }

  /// {@return where in an axis a place from -1 to 1 is}
  private static double spot(double at, int size, int aligned) {
    return aligned != 0 ? (at + 1) / 2 * (size - 1) : ((at + 1) * size - 1) / 2;
  }

  /// {@return an axis' element for any index, by walking there; -1 for a zero}
  private static int walk(int index, int size, int padding, int aligned) {
    if (index >= 0 && index < size || padding == Resampling.ZEROS) {
      return index >= 0 && index < size ? index : -1;
    }
    if (padding == Resampling.BORDER || size == 1) {
      return index < 0 ? 0 : size - 1;
    }
    int at = 0;
    int direction = 1;
    boolean waited = false; // at an outer edge, an element follows itself
    for (int i = 0; i < index; i++) {
      boolean end = direction > 0 ? at == size - 1 : at == 0;
      if (end && aligned == 0 && !waited) {
        waited = true;
        direction = -direction;
      } else {
        direction = end && aligned != 0 ? -direction : direction;
        waited = false;
        at += direction;
      }
    }
    return at;
  }

  /// {@return the weight of an element for a place}
  private static double weight(double distance, int mode) {
    double t = Math.abs(distance);
    if (mode == Resampling.LINEAR) {
      return Math.max(0, 1 - t);
    }
    return t <= 1
        ? 1.25 * t * t * t - 2.25 * t * t + 1
        : t < 2 ? -0.75 * (t * t * t - 5 * t * t + 8 * t - 4) : 0;
  }

  @Test
  void aPlaceIsTheWeightedSumOfItsNeighbours() {
    for (int trial = 0; trial < 2000; trial++) {
      int height = 1 + random.nextInt(5);
      int width = 1 + random.nextInt(5);
      int mode = 1 + random.nextInt(2);
      int padding = random.nextInt(2); // reflection is below
      int aligned = random.nextInt(2);
      float[] x = Tensors.random(random, height * width);
      float[] grid = {(float) random.nextDouble(-2, 2), (float) random.nextDouble(-2, 2)};
      double px = spot(grid[0], width, aligned);
      double py = spot(grid[1], height, aligned);
      if (padding == Resampling.BORDER) {
        double edge = aligned != 0 ? 0 : -0.5;
        px = px < edge || px > width - 1 - edge ? Math.clamp(px, 0, width - 1) : px;
        py = py < edge || py > height - 1 - edge ? Math.clamp(py, 0, height - 1) : py;
      }
      double expected = 0;
      for (int row = -9; row < 15; row++) {
        for (int column = -9; column < 15; column++) {
          int iy = walk(row, height, padding, aligned);
          int ix = walk(column, width, padding, aligned);
          double value = iy < 0 || ix < 0 ? 0 : x[iy * width + ix];
          expected += weight(py - row, mode) * weight(px - column, mode) * value;
        }
      }
      MemorySegment y = memory(4);
      run(
          "gridsample2d.f32",
          segments(tensor(x), tensor(grid), y),
          1,
          1,
          height,
          width,
          1,
          1,
          mode,
          padding,
          aligned);
      assertThat((double) y.get(ValueLayout.JAVA_FLOAT, 0))
          .as("mode %d, padding %d, aligned %d, seed %d", mode, padding, aligned, seed)
          .isCloseTo(expected, within(1e-3));
    }
  }

  @Test
  void theNearestElementOfAReflectedImage() {
    for (int trial = 0; trial < 2000; trial++) {
      int width = 2 + random.nextInt(4);
      int aligned = random.nextInt(2);
      float[] x = Tensors.random(random, width);
      float at = (float) random.nextDouble(-1, 6);
      double place = spot(at, width, aligned);
      int nearest = (int) Math.rint(place);
      if (Math.abs(place - Math.floor(place) - 0.5) < 1e-3 || nearest < 0) {
        continue; // the rounding decides; and walks begin at 0
      }
      MemorySegment y = memory(4);
      long[] scalars = {1, 1, 1, width, 1, 1, Resampling.NEAREST, Resampling.REFLECTION, aligned};
      run("gridsample2d.f32", segments(tensor(x), tensor(at, 0f), y), scalars);
      assertThat(y.get(ValueLayout.JAVA_FLOAT, 0))
          .as("%s of %d, aligned %d, seed %d", at, width, aligned, seed)
          .isEqualTo(x[walk(nearest, width, Resampling.REFLECTION, aligned)]);
    }
  }

  @Test
  void aVolumeIsSampledBetweenItsPlanes() {
    for (int trial = 0; trial < 200; trial++) {
      int aligned = random.nextInt(2);
      int padding = random.nextInt(3);
      float[] x = Tensors.random(random, 2 * 3 * 4);
      float[] place = Tensors.random(random, 3);
      for (int i = 0; i < 3; i++) {
        place[i] = place[i] / 4; // inside of the image
      }
      double[] spots = {
        spot(place[2], 2, aligned), spot(place[1], 3, aligned), spot(place[0], 4, aligned)
      };
      double expected = 0;
      for (int row = -1; row <= 2; row++) {
        for (int i = -1; i <= 3; i++) {
          for (int j = -1; j <= 4; j++) {
            int[] sizes = {2, 3, 4};
            int[] cell = {row, i, j};
            double weight = 1;
            int at = 0;
            for (int a = 0; a < 3; a++) {
              int inside = cell[a] < 0 || cell[a] >= sizes[a] ? -1 : cell[a];
              if (inside < 0 && padding != Resampling.ZEROS) {
                inside = Math.clamp(cell[a], 0, sizes[a] - 1);
              }
              weight *= inside < 0 ? 0 : Math.max(0, 1 - Math.abs(spots[a] - cell[a]));
              at = at * sizes[a] + Math.max(inside, 0);
            }
            expected += weight * x[at];
          }
        }
      }
      MemorySegment y = memory(4);
      run(
          "gridsample3d.f32",
          segments(tensor(x), tensor(place), y),
          1,
          1,
          2,
          3,
          4,
          1,
          1,
          1,
          Resampling.LINEAR,
          padding,
          aligned);
      assertThat((double) y.get(ValueLayout.JAVA_FLOAT, 0))
          .as("padding %d, aligned %d, seed %d", padding, aligned, seed)
          .isCloseTo(expected, within(1e-4));
    }
  }
}

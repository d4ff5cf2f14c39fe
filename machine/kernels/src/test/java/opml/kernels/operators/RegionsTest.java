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

class RegionsTest {
  private static final int HEIGHT = 7;
  private static final int WIDTH = 9;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static long bits(float value) {
    return Float.floatToIntBits(value);
  }

  /// {@return the image at a place by the tent function, whose border is its outermost elements}
  private static double tent(float[] x, int plane, double py, double px) {
    if (py < -1 || py > HEIGHT || px < -1 || px > WIDTH) {
      return 0;
    }
    double y = Math.clamp(py, 0, HEIGHT - 1);
    double column = Math.clamp(px, 0, WIDTH - 1);
    double sum = 0;
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      int row = i / WIDTH;
      double weight =
          Math.max(0, 1 - Math.abs(y - row)) * Math.max(0, 1 - Math.abs(column - i % WIDTH));
      sum += weight * x[plane * HEIGHT * WIDTH + i];
    }
    return sum;
  }

  @Test
  void aCellIsTheMeanOfItsSamples() {
    for (int trial = 0; trial < 200; trial++) {
      float[] x = Tensors.random(random, 2 * 2 * HEIGHT * WIDTH);
      float[] region = new float[4];
      for (int i = 0; i < 4; i++) {
        region[i] = (float) random.nextDouble(i < 2 ? -1 : 5, i < 2 ? 5 : 12);
      }
      int image = random.nextInt(2);
      int samples = random.nextInt(3);
      int atLeastOne = random.nextInt(2);
      float offset = random.nextBoolean() ? 0.5f : 0f;
      MemorySegment y = memory(4 * 2 * 3 * 2);
      MemorySegment images = memory(8);
      images.set(ValueLayout.JAVA_LONG, 0, image);
      run(
          "roialign.f32",
          segments(tensor(x), tensor(region), images, y),
          2,
          2,
          HEIGHT,
          WIDTH,
          1,
          3,
          2,
          samples,
          atLeastOne,
          0,
          bits(0.5f),
          bits(offset));
      double left = region[0] * 0.5 - offset;
      double top = region[1] * 0.5 - offset;
      double width = region[2] * 0.5 - offset - left;
      double height = region[3] * 0.5 - offset - top;
      if (atLeastOne != 0) {
        width = Math.max(width, 1);
        height = Math.max(height, 1);
      }
      int rows = samples > 0 ? samples : (int) Math.ceil(height / 3);
      int columns = samples > 0 ? samples : (int) Math.ceil(width / 2);
      for (int i = 0; i < 12; i++) {
        double sum = 0;
        for (int s = 0; s < rows * columns; s++) {
          int line = s / columns;
          int cell = i / 2 % 3;
          double py = top + (cell + (line + 0.5) / rows) * height / 3;
          double px = left + (i % 2 + (s % columns + 0.5) / columns) * width / 2;
          sum += tent(x, image * 2 + i / 6, py, px) / (rows * columns);
        }
        assertThat((double) y.getAtIndex(ValueLayout.JAVA_FLOAT, i))
            .as("cell %d, seed %d", i, seed)
            .isCloseTo(sum, within(1e-4));
      }
    }
  }

  @Test
  void anImageThatIsNoneIsTheNearest() {
    float[] x = {1f, 2f};
    MemorySegment images = memory(16);
    images.setAtIndex(ValueLayout.JAVA_LONG, 0, Long.MIN_VALUE);
    images.setAtIndex(ValueLayout.JAVA_LONG, 1, 2);
    MemorySegment y = memory(8);
    MemorySegment[] all = segments(tensor(x), tensor(0f, 0f, 1f, 1f, 0f, 0f, 1f, 1f), images, y);
    run("roialign.f32", all, 2, 1, 1, 1, 2, 1, 1, 1, 0, 0, bits(1f), bits(0f));
    assertThat(y.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1f, 2f);
    run("roialign.f32", all, 2, 1, 1, 1, 2, 1, 1, 1, 0, 1, bits(1f), bits(0f));
    // the greatest of the four neighbours' parts, as ONNX has it: each is a fourth or more
    assertThat(y.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1f, 2f);
  }

  @Test
  void aCellOfAPoolIsItsGreatestElement() {
    for (int trial = 0; trial < 200; trial++) {
      float[] x = Tensors.random(random, HEIGHT * WIDTH);
      int left = random.nextInt(-2, WIDTH);
      int top = random.nextInt(-2, HEIGHT);
      int right = left + random.nextInt(8);
      int bottom = top + random.nextInt(8);
      MemorySegment y = memory(24);
      run(
          "roipool.f32",
          segments(tensor(x), tensor(0f, 2 * left, 2 * top, 2 * right, 2 * bottom), y),
          1,
          1,
          HEIGHT,
          WIDTH,
          1,
          3,
          2,
          bits(0.5f));
      for (int i = 0; i < 6; i++) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < x.length; j++) {
          boolean rowInside = holds(j / WIDTH - top, bottom - top + 1, i / 2, 3);
          boolean columnInside = holds(j % WIDTH - left, right - left + 1, i % 2, 2);
          if (rowInside && columnInside) {
            max = Math.max(max, x[j]);
          }
        }
        assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, i))
            .as("cell %d, seed %d", i, seed)
            .isEqualTo(max == Float.NEGATIVE_INFINITY ? 0f : max);
      }
    }
  }

  /// {@return whether an element is in a cell, of which each has all elements that it touches}
  private static boolean holds(int at, int size, int cell, int cells) {
    return (at + 1) * cells > cell * size && at * cells < (cell + 1) * size;
  }
}

package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PoolingVolumesTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// A pool: the scalars from the planes to the dilations.
  private record Pool(int[] scalars) {
    int at(int place) {
      return scalars[place];
    }

    int inputs() {
      return at(0) * at(1) * at(2) * at(3);
    }

    int outputs() {
      return at(0) * at(4) * at(5) * at(6);
    }

    /// {@return the plane, then each axis' place in the image, of cell j of an output's window}
    int[] cell(int output, int j) {
      int[] out = coordinates(output, 4);
      int[] kernel = coordinates(j, 7);
      int[] cell = {out[0], 0, 0, 0};
      for (int i = 1; i < 4; i++) {
        cell[i] = out[i] * at(9 + i) - at(12 + i) + kernel[i] * at(15 + i);
      }
      return cell;
    }

    private int[] coordinates(int index, int sizes) {
      int[] result = new int[4];
      int rest = index;
      for (int i = 3; i > 0; i--) {
        result[i] = rest % at(sizes + i - 1);
        rest /= at(sizes + i - 1);
      }
      result[0] = rest;
      return result;
    }

    boolean isInside(int[] cell) {
      return IntStream.range(1, 4).allMatch(i -> cell[i] >= 0 && cell[i] < at(i));
    }

    int index(int[] cell) {
      return ((cell[0] * at(1) + cell[1]) * at(2) + cell[2]) * at(3) + cell[3];
    }

    List<Integer> inside(int output) {
      List<Integer> inside = new ArrayList<>();
      for (int j = 0; j < at(7) * at(8) * at(9); j++) {
        int[] cell = cell(output, j);
        if (isInside(cell)) {
          inside.add(index(cell));
        }
      }
      return inside;
    }

    long[] with(int... more) {
      return LongStream.concat(
              IntStream.of(scalars).asLongStream(), IntStream.of(more).asLongStream())
          .toArray();
    }
  }

  private Pool pool() {
    int[] s = new int[19];
    for (int i = 0; i < 19; i++) {
      s[i] = i > 12 && i < 16 ? random.nextInt(3) : 1 + random.nextInt(i < 4 ? 5 : 3);
    }
    return new Pool(s);
  }

  @Test
  void theGreatestIsTheFirstOfEqualsAndHasAPlace() {
    for (int trial = 0; trial < 300; trial++) {
      Pool pool = pool();
      float[] x = Tensors.wild(random, pool.inputs());
      for (int i = 0; i < x.length; i++) {
        x[i] = trial % 2 == 0 ? Math.round(x[i]) : x[i]; // so that some are equal
      }
      float[] max = new float[pool.outputs()];
      long[] rows = new long[max.length];
      long[] columns = new long[max.length];
      for (int i = 0; i < max.length; i++) {
        max[i] = Float.NEGATIVE_INFINITY;
        List<Integer> inside = pool.inside(i);
        for (int at : inside) {
          max[i] = Math.max(max[i], x[at]);
        }
        rows[i] = -1;
        for (int at : inside) {
          if (rows[i] < 0 && Float.compare(x[at], max[i]) == 0) {
            rows[i] = at;
          }
        }
        int size = pool.inputs() / pool.at(0);
        int plane = (int) rows[i] / size;
        int z = (int) rows[i] % size / (pool.at(2) * pool.at(3));
        int y = (int) rows[i] / pool.at(3) % pool.at(2);
        int column = (int) rows[i] % pool.at(3);
        columns[i] = rows[i] < 0 ? -1 : plane * size + z + pool.at(1) * (y + pool.at(2) * column);
      }
      for (int columnMajor = 0; columnMajor < 2; columnMajor++) {
        MemorySegment y = memory(4L * max.length);
        MemorySegment indices = memory(8L * max.length);
        run("maxpool3d.f32", segments(tensor(x), y, indices), pool.with(columnMajor));
        assertBits(y, max, "seed " + seed);
        assertThat(indices.toArray(ValueLayout.JAVA_LONG))
            .as("seed %d", seed)
            .isEqualTo(columnMajor == 0 ? rows : columns);
      }
    }
  }

  @Test
  void aMeanCountsTheImageAndItsBorder() {
    for (int trial = 0; trial < 300; trial++) {
      Pool pool = pool();
      float[] x = Tensors.wild(random, pool.inputs());
      int[] border = random.ints(6, 0, 3).toArray();
      float[] mean = new float[pool.outputs()];
      float[] one = new float[mean.length];
      float[] two = new float[mean.length];
      for (int i = 0; i < mean.length; i++) {
        int counted = 0;
        for (int j = 0; j < pool.at(7) * pool.at(8) * pool.at(9); j++) {
          int[] cell = pool.cell(i, j);
          counted +=
              IntStream.range(1, 4)
                      .allMatch(
                          a -> cell[a] >= -border[a - 1] && cell[a] < pool.at(a) + border[a + 2])
                  ? 1
                  : 0;
        }
        float sum = 0f;
        float squares = 0f;
        for (int at : pool.inside(i)) {
          sum += x[at];
          one[i] += Math.abs(x[at]);
          squares += x[at] * x[at];
        }
        mean[i] = sum / counted;
        two[i] = (float) Math.sqrt(squares);
      }
      MemorySegment y = memory(4L * mean.length);
      run("averagepool3d.f32", segments(tensor(x), y), pool.with(border));
      assertBits(y, mean, "seed " + seed);
      run("lppool3d.f32", segments(tensor(x), y), pool.with(1));
      assertBits(y, one, "seed " + seed);
      run("lppool3d.f32", segments(tensor(x), y), pool.with(2));
      assertBits(y, two, "seed " + seed);
    }
  }

  @Test
  void aHigherNormIsThePowersRoot() {
    MemorySegment y = memory(4);
    long[] scalars = {1, 1, 1, 3, 1, 1, 1, 1, 1, 3, 1, 1, 1, 0, 0, 0, 1, 1, 1, 3};
    run("lppool3d.f32", segments(tensor(3f, -4f, 5f), y), scalars);
    assertThat(y.get(ValueLayout.JAVA_FLOAT, 0)).isBetween(5.99999f, 6.00001f);
  }

  @Test
  void unpoolingPutsBackWhatWasTaken() {
    int[] x = random.ints(6).toArray();
    MemorySegment indices = memory(48);
    long[] places = {2, 7, -1, 8, 2, Long.MAX_VALUE};
    MemorySegment.copy(places, 0, indices, ValueLayout.JAVA_LONG, 0, 6);
    MemorySegment y = tensor(random.ints(8).toArray());
    run("unpool.b4", segments(tensor(x), indices, y), 6, 8);
    int[] expected = new int[8];
    expected[7] = x[1];
    expected[2] = x[4];
    assertThat(y.toArray(ValueLayout.JAVA_INT)).isEqualTo(expected);
  }

  @Test
  void aPoolOfTwoDimensionsIsOneOfThree() {
    for (int trial = 0; trial < 50; trial++) {
      Pool pool = pool();
      for (int i : new int[] {1, 4, 7, 10, 16}) {
        pool.scalars[i] = 1;
      }
      pool.scalars[13] = 0;
      float[] x = Tensors.wild(random, pool.inputs());
      MemorySegment flat = memory(4L * pool.outputs());
      MemorySegment y = memory(4L * pool.outputs());
      int[] two = {0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18};
      long[] scalars = Arrays.stream(two).mapToLong(pool::at).toArray();
      run("maxpool.f32", segments(tensor(x), flat), scalars);
      run("maxpool3d.f32", segments(tensor(x), y, memory(8L * pool.outputs())), pool.with(0));
      assertThat(y.mismatch(flat)).as("seed %d", seed).isEqualTo(-1);
    }
  }
}

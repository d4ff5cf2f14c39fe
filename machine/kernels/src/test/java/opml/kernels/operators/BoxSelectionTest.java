package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoxSelectionTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static List<List<Long>> selected(
      float[] boxes,
      float[] scores,
      int[] sizes,
      long limit,
      float overlap,
      float score,
      boolean centered,
      boolean scored) {
    int batch = sizes[0];
    int classes = sizes[1];
    int n = sizes[2];
    MemorySegment y = memory(24L * batch * classes * n);
    MemorySegment count = memory(8);
    run(
        "nonmaxsuppression",
        segments(
            tensor(boxes),
            tensor(scores),
            LongTensors.tensor(limit),
            tensor(overlap),
            tensor(score),
            y,
            count,
            memory(8L * n)),
        batch,
        classes,
        n,
        n,
        centered ? 1 : 0,
        scored ? 1 : 0);
    long[] rows = LongTensors.values(y);
    List<List<Long>> all = new ArrayList<>();
    for (int i = 0; i < LongTensors.values(count)[0]; i++) {
      all.add(List.of(rows[3 * i], rows[3 * i + 1], rows[3 * i + 2]));
    }
    return all;
  }

  @Test
  void boxesThatOverlapABetterOneAreLeftOut() {
    float[] boxes = {
      0, 0, 1, 1, /* */ 0, 0.1f, 1, 1.1f, /* */ 0, -0.1f, 1, 0.9f, //
      0, 10, 1, 11, /* */ 0, 10.1f, 1, 11.1f, /* */ 0, 100, 1, 101
    };
    float[] scores = {0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f};
    int[] sizes = {1, 1, 6};
    assertThat(selected(boxes, scores, sizes, 3, 0.5f, 0f, false, true))
        .containsExactly(List.of(0L, 0L, 3L), List.of(0L, 0L, 0L), List.of(0L, 0L, 5L));
    assertThat(selected(boxes, scores, sizes, 9, 0.5f, 0.4f, false, true))
        .containsExactly(List.of(0L, 0L, 3L), List.of(0L, 0L, 0L));
    assertThat(selected(boxes, scores, sizes, 0, 0.5f, 0f, false, true)).isEmpty();
    float[] flipped = {
      1, 1, 0, 0, /* */ 0, 0.1f, 1, 1.1f, /* */ 0, 0, 0, 0, /* */ 0, 0, 0, 0, //
      0, 0, 0, 0, /* */ 0, 0, 0, 0
    };
    assertThat(selected(flipped, scores, sizes, 9, 0.5f, 0.7f, false, true))
        .containsExactly(List.of(0L, 0L, 3L), List.of(0L, 0L, 0L));
  }

  @Test
  void itIsGreedySelectionByFallingScore() {
    for (int run = 0; run < 20; run++) {
      boolean centered = random.nextBoolean();
      int[] sizes = {2, 2, 8};
      float[] boxes = new float[2 * 8 * 4];
      for (int i = 0; i < boxes.length; i++) {
        // whole corners: areas and their quotients have no rounding that could decide
        boxes[i] = random.nextInt(centered && i % 4 > 1 ? 1 : -4, 5);
      }
      float[] scores = new float[2 * 2 * 8];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextInt(6) == 0 ? Float.NaN : random.nextInt(8) / 8f;
      }
      List<List<Long>> expected = new ArrayList<>();
      for (int row = 0; row < 4; row++) {
        int at = 8 * row;
        int image = row / 2;
        List<Integer> taken = new ArrayList<>();
        IntStream.range(0, 8)
            .filter(i -> scores[at + i] > 0.2f)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -scores[at + i]))
            .forEach(
                i -> {
                  boolean free =
                      taken.stream()
                          .noneMatch(
                              other ->
                                  overlap(boxes, 8 * image + i, 8 * image + other, centered) > 0.3);
                  if (free && taken.size() < 3) {
                    taken.add(i);
                  }
                });
        for (int box : taken) {
          expected.add(List.of((long) image, row % 2L, (long) box));
        }
      }
      assertThat(selected(boxes, scores, sizes, 3, 0.3f, 0.2f, centered, true))
          .as("seed %d", seed)
          .isEqualTo(expected);
    }
  }

  private static double overlap(float[] boxes, int a, int b, boolean centered) {
    double[] first = corners(boxes, 4 * a, centered);
    double[] second = corners(boxes, 4 * b, centered);
    double common = 1;
    double one = 1;
    double other = 1;
    for (int axis = 0; axis < 2; axis++) {
      double least = Math.max(first[axis], second[axis]);
      common *= Math.max(0, Math.min(first[2 + axis], second[2 + axis]) - least);
      one *= first[2 + axis] - first[axis];
      other *= second[2 + axis] - second[axis];
    }
    return one == 0 || other == 0 ? 0 : common / (one + other - common);
  }

  private static double[] corners(float[] boxes, int at, boolean centered) {
    double[] corners = new double[4];
    for (int axis = 0; axis < 2; axis++) {
      double first = boxes[at + axis];
      double second = boxes[at + 2 + axis];
      corners[axis] = centered ? first - second / 2 : Math.min(first, second);
      corners[2 + axis] = centered ? first + second / 2 : Math.max(first, second);
    }
    return corners;
  }

  @Test
  void withoutAThresholdEveryNumberIsAScore() {
    float[] boxes = {0, 0, 1, 1, /* */ 2, 2, 3, 3, /* */ 4, 4, 5, 5};
    float[] scores = {Float.NEGATIVE_INFINITY, Float.NaN, -1};
    assertThat(selected(boxes, scores, new int[] {1, 1, 3}, 5, 0, 0, false, false))
        .containsExactly(List.of(0L, 0L, 2L), List.of(0L, 0L, 0L));
  }
}

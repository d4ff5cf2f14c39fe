package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LossesTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void theRightClassCountsUnlessItIsIgnoredOrNone() {
    for (int trial = 0; trial < 200; trial++) {
      int outer = 1 + random.nextInt(3);
      int classes = 1 + random.nextInt(5);
      int inner = 1 + random.nextInt(20);
      float[] x = Tensors.wild(random, outer * classes * inner);
      float[] weight = Tensors.random(random, classes);
      long[] right = random.longs((long) outer * inner, -1, classes + 1).toArray();
      right[0] =
          random.nextInt(4) == 0 ? 1L << 32 : right[0]; // no class, though its low bits are one
      int ignores = random.nextInt(2);
      long ignored = random.nextInt(-1, classes);
      float[] losses = new float[right.length];
      float[] used = new float[right.length];
      for (int i = 0; i < right.length; i++) {
        if (right[i] >= 0 && right[i] < classes && !(ignores != 0 && right[i] == ignored)) {
          int at = (i / inner * classes + (int) right[i]) * inner + i % inner;
          used[i] = weight[(int) right[i]];
          losses[i] = -(x[at] * used[i]);
        }
      }
      MemorySegment labels = memory(8L * right.length);
      MemorySegment.copy(right, 0, labels, ValueLayout.JAVA_LONG, 0, right.length);
      MemorySegment y = memory(4L * right.length);
      MemorySegment weights = memory(4L * right.length);
      run(
          "nll.f32",
          segments(tensor(x), labels, tensor(weight), y, weights),
          outer,
          classes,
          inner,
          ignores,
          ignored);
      assertBits(y, losses, "seed " + seed);
      assertBits(weights, used, "seed " + seed);
      MemorySegment total = memory(4);
      run("nll.total.f32", segments(y, weights, total), right.length, 0);
      assertBits(total, new float[] {Tensors.sum(losses)}, "seed " + seed);
      run("nll.total.f32", segments(y, weights, total), right.length, 1);
      float mean = Tensors.sum(losses) / Tensors.sum(used);
      assertBits(total, new float[] {mean}, "seed " + seed);
    }
  }
}

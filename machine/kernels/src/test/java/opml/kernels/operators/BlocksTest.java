package opml.kernels.operators;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

class BlocksTest {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static MemorySegment rows(int count) {
    MemorySegment control = memory(16);
    Mem.putI32(control, 4 * Tile.TOKENS, count);
    return control;
  }

  @Test
  void aBlockIsScaledByItsGreatestMagnitude() {
    for (int trial = 0; trial < 500; trial++) {
      float size = (float) Math.pow(10, random.nextInt(-30, 30));
      float[] x = Tensors.random(random, 64);
      for (int i = 0; i < x.length; i++) {
        x[i] *= size;
      }
      MemorySegment q = memory(64);
      MemorySegment d = memory(8);
      run("quantize.rows", segments(rows(1), tensor(x), q, d), 0, 0, 1, 2);
      for (int i = 0; i < x.length; i++) {
        float scale = d.getAtIndex(ValueLayout.JAVA_FLOAT, i / 32);
        byte value = q.get(ValueLayout.JAVA_BYTE, i);
        assertThat((double) value * scale)
            .as("%s by %s, seed %d", x[i], scale, seed)
            .isBetween(x[i] - 0.501 * scale, x[i] + 0.501 * scale);
      }
      for (int block = 0; block < 2; block++) {
        int most = 0;
        for (int i = 0; i < 32; i++) {
          most = Math.max(most, Math.abs(q.get(ValueLayout.JAVA_BYTE, 32 * block + i)));
        }
        assertThat(most).as("seed %d", seed).isEqualTo(127);
      }
    }
  }

  @Test
  void smallBlocksAreZerosAndNanIsToldByTheScale() {
    float[] x = new float[96];
    x[3] = 0x1p-101f;
    x[32] = Float.NaN;
    x[33] = 5f;
    x[64] = Float.POSITIVE_INFINITY;
    MemorySegment q = memory(96);
    MemorySegment d = memory(12);
    run("quantize.rows", segments(rows(1), tensor(x), q, d), 0, 0, 1, 3);
    assertBits(d, new float[] {0f, Float.NaN, Float.POSITIVE_INFINITY}, "scales");
    assertThat(q.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  @Test
  void productsAreExactWithinABlockAndAChainOfFmaOverBlocks() {
    for (int trial = 0; trial < 200; trial++) {
      int m = 1 + random.nextInt(3);
      int n = 1 + random.nextInt(4);
      int blocks = random.nextInt(5);
      byte[] q = Tensors.randomBytes(random, 32 * m * blocks);
      float[] d = Tensors.wild(random, m * blocks);
      byte[] w = Tensors.randomBytes(random, 34 * n * blocks);
      float[] expected = new float[m * n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          float y = 0f;
          for (int b = 0; b < blocks; b++) {
            long sum = 0;
            int row = 34 * (j * blocks + b);
            for (int l = 0; l < 32; l++) {
              sum += (long) q[32 * (i * blocks + b) + l] * w[row + 2 + l];
            }
            float half = Float.float16ToFloat(MemorySegment.ofArray(w).get(HALF, row));
            y = Math.fma((float) sum, half * d[i * blocks + b], y);
          }
          expected[i * n + j] = y;
        }
      }
      MemorySegment y = memory(4L * m * n);
      MemorySegment[] segments = segments(rows(m), tensor(q), tensor(d), tensor(w), y);
      run("linear.q80", segments, 0, 0, m, 0, 0, n, n, blocks);
      assertBits(y, expected, "seed " + seed);
    }
  }
}

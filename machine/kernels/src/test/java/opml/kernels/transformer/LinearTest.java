package opml.kernels.transformer;

import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import opml.kernels.operators.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// {@return one output: every sum in 64 bits, and a chain of fma over the blocks}
  private static float product(
      Ggml format, byte[] q, float[] d, int row, byte[] w, int weightRow, int blocks) {
    float y = 0f;
    for (int b = 0; b < blocks; b++) {
      int perBlock = format.size / 32;
      int at = (weightRow * blocks + b) / perBlock * format.bytes;
      Ggml.Block block = format.block(w, at);
      long sum = 0;
      long mins = 0;
      for (int i = 0; i < 32; i++) {
        int x = q[32 * (row * blocks + b) + i];
        int weight = 32 * (b % perBlock) + i;
        sum += (long) block.integers()[weight] * x;
        mins += format.hasMins() ? (long) block.minIntegers()[weight] * x : 0;
      }
      // So that (float) of the sums rounds nothing.
      assertThat(Math.max(Math.abs(sum), Math.abs(mins))).isLessThanOrEqualTo(1 << 24);
      float dx = d[row * blocks + b];
      y = Math.fma((float) sum, block.scale() * dx, y);
      if (format.hasMins()) {
        y = Math.fma((float) mins, block.min() * dx, y);
      }
    }
    return y;
  }

  @ParameterizedTest
  @EnumSource
  void productsAreExactWithinABlockAndAChainOfFmaOverBlocks(Ggml format) {
    for (int trial = 0; trial < 150; trial++) {
      int rows = 1 + random.nextInt(4);
      int count = random.nextInt(rows + 1);
      int first = random.nextInt(5);
      int blocks = format.size / 32 * random.nextInt(4);
      int from = random.nextInt(3);
      int to = random.nextInt(3);
      int outputs = random.nextInt(4);
      int width = to + outputs + random.nextInt(3);
      byte[] q = Tensors.randomBytes(random, 32 * rows * blocks);
      float[] d = Tensors.wild(random, rows * blocks);
      byte[] w = format.random(random, (from + outputs) * blocks * 32 / format.size);
      float[] expected = Tensors.random(random, rows * width);
      MemorySegment y = tensor(expected);
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < outputs; j++) {
          expected[i * width + to + j] = product(format, q, d, i, w, from + j, blocks);
        }
      }
      run(
          "linear." + format.kernel(),
          segments(tensor(-1, first + count), tensor(q), tensor(d), tensor(w), y),
          1,
          first,
          rows,
          from,
          to,
          outputs,
          width,
          blocks);
      assertBits(y, expected, "trial " + trial + ", seed " + seed);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theProductOfDequantisedWeightsIsNear(Ggml format) {
    int blocks = 16;
    byte[] q = Tensors.randomBytes(random, 32 * blocks);
    float[] d = Tensors.random(random, blocks);
    byte[] w = new byte[32 * blocks / format.size * format.bytes];
    random.nextBytes(w);
    double expected = 0;
    double size = 0;
    for (int at = 0; at < w.length; at += format.bytes) {
      format.finite(random, w, at);
      Ggml.Block block = format.block(w, at);
      for (int i = 0; i < format.size; i++) {
        int x = at / format.bytes * format.size + i;
        double product = block.weight(i) * q[x] * d[x / 32];
        expected += product;
        size += Math.abs(product);
      }
    }
    MemorySegment y = memory(4);
    run(
        "linear." + format.kernel(),
        segments(tensor(1), tensor(q), tensor(d), tensor(w), y),
        0,
        0,
        1,
        0,
        0,
        1,
        1,
        blocks);
    assertThat((double) y.get(ValueLayout.JAVA_FLOAT, 0))
        .as("seed %d", seed)
        .isBetween(expected - 1e-5 * size, expected + 1e-5 * size);
  }

  @Test
  void theGreatestSumOfAllIsAPowerOfTwo() {
    byte[] w = new byte[Ggml.Q6_K.bytes];
    Arrays.fill(w, 192, 208, (byte) -128);
    Ggml.setHalf(w, 208, 1f);
    byte[] q = new byte[256];
    Arrays.fill(q, (byte) -128);
    float[] d = new float[8];
    d[5] = 1f;
    MemorySegment y = memory(4);
    MemorySegment[] segments = segments(tensor(1), tensor(q), tensor(d), tensor(w), y);
    run("linear.q6k", segments, 0, 0, 1, 0, 0, 1, 1, 8);
    assertBits(y, new float[] {-0x1p24f}, "32 · -128 · -32 · -128");
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "f16", "bf16"})
  void productsWithFloatsAreDot(String format) {
    for (int k : new int[] {0, 1, 255, 256, 257, 512, 700}) {
      int rows = 3;
      int count = random.nextInt(rows + 1);
      int outputs = 2;
      float[] x = Tensors.wild(random, rows * k);
      float[] weights = Tensors.wild(random, (1 + outputs) * k);
      float[] expected = Tensors.random(random, rows * 4);
      MemorySegment y = tensor(expected);
      MemorySegment w = stored(format, weights);
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < outputs; j++) {
          expected[4 * i + 2 + j] =
              Tensors.dot(
                  Arrays.copyOfRange(x, i * k, (i + 1) * k),
                  Arrays.copyOfRange(weights, (1 + j) * k, (2 + j) * k));
        }
      }
      run(
          "linear." + format,
          segments(tensor(count), tensor(x), w, y),
          0,
          0,
          rows,
          1,
          2,
          outputs,
          4,
          k);
      assertBits(y, expected, "k " + k + ", seed " + seed);
    }
  }

  /// {@return the weights in that format, and in `weights` what is left of them in it}
  private static MemorySegment stored(String format, float[] weights) {
    MemorySegment w = memory((format.equals("f32") ? 4L : 2L) * weights.length);
    for (int i = 0; i < weights.length; i++) {
      switch (format) {
        case "f16" -> {
          short half = Float.floatToFloat16(weights[i]);
          weights[i] = Float.float16ToFloat(half);
          w.setAtIndex(ValueLayout.JAVA_SHORT, i, half);
        }
        case "bf16" -> {
          int bits = Float.floatToIntBits(weights[i]) & 0xffff0000;
          weights[i] = Float.intBitsToFloat(bits);
          w.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (bits >> 16));
        }
        default -> w.setAtIndex(ValueLayout.JAVA_FLOAT, i, weights[i]);
      }
    }
    return w;
  }

  @Test
  void rowsAreQuantisedAsBlocksAndThoseBehindTheLastStay() {
    for (int trial = 0; trial < 100; trial++) {
      int rows = 1 + random.nextInt(4);
      int count = random.nextInt(rows + 1);
      int blocks = 1 + random.nextInt(3);
      float[] x = Tensors.wild(random, 32 * rows * blocks);
      MemorySegment expectedQ = memory(32L * rows * blocks);
      MemorySegment expectedD = memory(4L * rows * blocks);
      MemorySegment q = memory(32L * rows * blocks);
      MemorySegment d = memory(4L * rows * blocks);
      MemorySegment data = tensor(x);
      for (int block = 0; block < count * blocks; block++) {
        float most = 0;
        for (int i = 32 * block; i < 32 * block + 32; i++) {
          most = Math.max(most, Math.abs(x[i]));
        }
        boolean none = most < 0x1p-100f;
        expectedD.setAtIndex(
            ValueLayout.JAVA_INT, block, Float.floatToIntBits(none ? 0 : most / 127));
        for (int i = 32 * block; i < 32 * block + 32; i++) {
          double rounded = none ? 0 : Math.rint(x[i] * (127f / most));
          expectedQ.set(ValueLayout.JAVA_BYTE, i, (byte) (int) rounded);
        }
      }
      run("quantize.rows", segments(tensor(7 + count), data, q, d), 0, 7, rows, blocks);
      assertThat(q.mismatch(expectedQ)).as("q, seed %d", seed).isEqualTo(-1);
      assertThat(d.mismatch(expectedD)).as("d, seed %d", seed).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 3})
  void aTileBehindTheLastRowDoesNothing(int count) {
    float[] before = Tensors.random(random, 8);
    for (String format :
        List.of("f32", "f16", "bf16", Ggml.Q4_0.kernel(), Ggml.Q6_K.kernel(), "iq2xxs")) {
      boolean floats = format.endsWith("f32") || format.endsWith("f16");
      MemorySegment y = tensor(before);
      MemorySegment none = memory(0);
      MemorySegment[] segments =
          floats
              ? segments(tensor(count), none, none, y)
              : segments(tensor(count), none, none, none, y);
      run("linear." + format, segments, 0, 3, 4, 0, 0, 2, 2, 256);
      assertBits(y, before, format);
    }
  }

  @Test
  void anyNumberOfTokensIsAtMostTheTilesRows() {
    float[] x = Tensors.random(random, 3 * 5);
    float[] w = Tensors.random(random, 2 * 5);
    MemorySegment y = memory(4 * 3 * 2);
    MemorySegment[] segments = segments(tensor(Integer.MAX_VALUE), tensor(x), tensor(w), y);
    run("linear.f32", segments, 0, 9, 3, 0, 0, 2, 2, 5);
    float[] expected = new float[6];
    for (int i = 0; i < 6; i++) {
      int row = i / 2;
      int output = i % 2;
      expected[i] =
          Tensors.dot(
              Arrays.copyOfRange(x, 5 * row, 5 * row + 5),
              Arrays.copyOfRange(w, 5 * output, 5 * output + 5));
    }
    assertBits(y, expected, "seed " + seed);
  }

  @ParameterizedTest
  @EnumSource
  void piecesOfAWeightMakeTheWhole(Ggml format) {
    int blocks = 8;
    byte[] w = format.random(random, 7 * 256 / format.size);
    MemorySegment weight = tensor(w);
    MemorySegment q = tensor(Tensors.randomBytes(random, 2 * 256));
    MemorySegment d = tensor(Tensors.random(random, 2 * blocks));
    MemorySegment whole = memory(4 * 2 * 7);
    String kernel = "linear." + format.kernel();
    run(kernel, segments(tensor(2), q, d, weight, whole), 0, 0, 2, 0, 0, 7, 7, blocks);
    MemorySegment pieces = memory(4 * 2 * 7);
    for (int from : IntStream.of(0, 3, 4).toArray()) {
      int count = from == 0 ? 3 : from == 3 ? 1 : 3;
      // As if the slot began with that row.
      MemorySegment piece = tensor(Arrays.copyOfRange(w, from * w.length / 7, w.length));
      run(kernel, segments(tensor(2), q, d, piece, pieces), 0, 0, 2, 0, from, count, 7, blocks);
    }
    assertThat(pieces.mismatch(whole)).as("seed %d", seed).isEqualTo(-1);
  }
}

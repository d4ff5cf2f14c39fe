package opml.twins.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The product by the tile is the plain loop's, bit for bit.
class Int8GemmTest {
  private static final int[] ZEROS = {-128, -127, -1, 0, 1, 5, 127, 128, 255};

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void theProductIsThePlainLoops(TileChoice choice) {
    Int8Tile tile = TestTiles.found(choice).int8();
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int k : new int[] {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 127, 255, 600}) {
      for (int tokens : new int[] {1, 2, 5, 6, 7, 8, 9, 13}) {
        int rows = 1 + random.nextInt(2 * tile.rows() + 1);
        check(tile, random, tokens, rows, k, "seed " + seed);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void aLongRowIsCutIntoPieces(TileChoice choice) {
    Int8Tile tile = TestTiles.found(choice).int8();
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int k : new int[] {1023, 1024, 1025, 2500}) {
      check(tile, random, tile.tokens() + 1, tile.rows() + 1, k, "seed " + seed);
    }
  }

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void manyTokensAreCutIntoBlocks(TileChoice choice) {
    Int8Tile tile = TestTiles.found(choice).int8();
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    int k = 4500;
    Int8Gemm.Bytes bytes = new Int8Gemm.Bytes(true, 1);
    int block = pack(tile, new byte[k], new int[1], k, bytes, bytes, false).blockTokens();
    check(tile, random, 2 * block + 1, 3, k, "seed " + seed);
  }

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void everyExtremeMeetsEveryOther(TileChoice choice) {
    Int8Tile tile = TestTiles.found(choice).int8();
    byte[] extremes = {-128, -127, -1, 0, 1, 126, 127};
    for (byte weight : extremes) {
      for (byte activation : extremes) {
        for (boolean unsigned : new boolean[] {false, true}) {
          int k = 37;
          byte[] w = new byte[tile.rows() * k];
          byte[] x = new byte[tile.tokens() * k];
          Arrays.fill(w, weight);
          Arrays.fill(x, activation);
          for (int zero : new int[] {-128, 0, 255}) {
            Int8Gemm.Bytes weights = new Int8Gemm.Bytes(unsigned, zero);
            Int8Gemm.Bytes activations = new Int8Gemm.Bytes(!unsigned, -zero);
            int[] bias = new int[tile.rows()];
            assertThat(product(tile, w, x, bias, k, tile.tokens(), weights, activations, false))
                .as("%d by %d, weights %s", weight, activation, weights)
                .isEqualTo(plain(w, x, bias, k, tile.tokens(), weights, activations));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void sumsWrapAroundAsThoseOfThePlainLoop(TileChoice choice) {
    Int8Tile tile = TestTiles.found(choice).int8();
    int k = 600;
    byte[] w = new byte[k];
    byte[] x = new byte[k];
    Arrays.fill(w, (byte) -1);
    Arrays.fill(x, (byte) -1);
    Int8Gemm.Bytes bytes = new Int8Gemm.Bytes(true, 0);
    int[] bias = {Integer.MAX_VALUE};
    int[] sums = product(tile, w, x, bias, k, 1, bytes, bytes, false);
    assertThat(sums).containsExactly(Integer.MAX_VALUE + 600 * 255 * 255);
    assertThat(sums[0]).isNegative();
  }

  @Test
  void aCallAllocatesNothing() {
    Int8Tile tile = TestTiles.found(MachineTiles.best()).int8();
    int k = 100;
    int tokens = 9;
    byte[] w = new byte[40 * k];
    byte[] x = new byte[tokens * k];
    Int8Gemm.Bytes bytes = new Int8Gemm.Bytes(false, 3);
    Int8Gemm gemm = pack(tile, w, new int[40], k, bytes, bytes, false);
    MemorySegment source = MemorySegment.ofArray(x);
    MemorySegment scratch = Arena.ofAuto().allocate(gemm.packedBytes(tokens), 64);
    MemorySegment sums = Arena.ofAuto().allocate(gemm.sumBytes(tokens), 64);
    Runnable call =
        () -> {
          gemm.packTokens(source, 0, k, tokens, scratch, 0);
          for (int panel = 0; panel < gemm.panels(); panel++) {
            gemm.multiply(panel, scratch, 0, tokens, sums, 0);
          }
        };
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // An interpreted call allocates; what counts is a round of compiled ones.
    for (int round = 0; round < 60 && least > 1000; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 2000; i++) {
        call.run();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).as("bytes of 2000 calls").isLessThanOrEqualTo(1000);
  }

  @Test
  void memoryThatIsTooSmallIsRefusedBeforeMachineCodeRuns() {
    Int8Tile tile = EmulatedCode.tiles(TileForm.AVX2).int8();
    int k = 24;
    Int8Gemm.Bytes bytes = new Int8Gemm.Bytes(false, 0);
    Int8Gemm gemm = pack(tile, new byte[20 * k], new int[20], k, bytes, bytes, false);
    MemorySegment scratch = MemorySegment.ofArray(new byte[(int) gemm.packedBytes(3)]);
    MemorySegment sums = MemorySegment.ofArray(new byte[(int) gemm.sumBytes(3)]);
    gemm.multiply(1, scratch, 0, 3, sums, 0);
    assertThatThrownBy(() -> gemm.multiply(2, scratch, 0, 3, sums, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> gemm.multiply(0, scratch, 1, 3, sums, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> gemm.multiply(0, scratch, 0, 4, sums, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> gemm.multiply(0, scratch, 0, 3, sums, -4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> gemm.multiply(0, scratch, 0, 3, sums.asReadOnly(), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("read-only");
  }

  private static void check(
      Int8Tile tile, SplittableRandom random, int tokens, int rows, int k, String seed) {
    byte[] w = new byte[rows * k];
    byte[] x = new byte[tokens * k];
    random.nextBytes(w);
    random.nextBytes(x);
    int[] bias = random.ints(rows).toArray();
    Int8Gemm.Bytes weights =
        new Int8Gemm.Bytes(random.nextBoolean(), ZEROS[random.nextInt(ZEROS.length)]);
    Int8Gemm.Bytes activations =
        new Int8Gemm.Bytes(random.nextBoolean(), ZEROS[random.nextInt(ZEROS.length)]);
    boolean columns = random.nextBoolean();
    assertThat(product(tile, w, x, bias, k, tokens, weights, activations, columns))
        .as("%d tokens, %d rows of %d, %s by %s, %s", tokens, rows, k, weights, activations, seed)
        .isEqualTo(plain(w, x, bias, k, tokens, weights, activations));
  }

  /// {@return the sums by the plain loop, token by token}
  private static int[] plain(
      byte[] w,
      byte[] x,
      int[] bias,
      int k,
      int tokens,
      Int8Gemm.Bytes weights,
      Int8Gemm.Bytes activations) {
    int rows = bias.length;
    int[] sums = new int[tokens * rows];
    for (int i = 0; i < sums.length; i++) {
      int sum = bias[i % rows];
      for (int l = 0; l < k; l++) {
        sum += value(w[i % rows * k + l], weights) * value(x[i / rows * k + l], activations);
      }
      sums[i] = sum;
    }
    return sums;
  }

  private static int value(byte read, Int8Gemm.Bytes bytes) {
    return (bytes.unsigned() ? Byte.toUnsignedInt(read) : read) - bytes.zero();
  }

  /// {@return the same by the tile}
  ///
  /// @param columns whether the rows of weights are handed over as columns
  private static int[] product(
      Int8Tile tile,
      byte[] w,
      byte[] x,
      int[] bias,
      int k,
      int tokens,
      Int8Gemm.Bytes weights,
      Int8Gemm.Bytes activations,
      boolean columns) {
    int rows = bias.length;
    Int8Gemm gemm = pack(tile, w, bias, k, weights, activations, columns);
    byte[] scratch = new byte[(int) gemm.scratchBytes()];
    Arrays.fill(scratch, (byte) 0x5E); // whatever was there before
    int[] sums = new int[tokens * rows];
    int half = gemm.panels() / 2;
    Int8Gemm.Epilogue epilogue =
        (token, count, row, some, from, at) -> {
          for (int i = 0; i < count; i++) {
            for (int j = 0; j < some; j++) {
              long place = at + (long) Integer.BYTES * (i * gemm.panelRows() + j);
              sums[(token + i) * rows + row + j] = from.get(ValueLayout.JAVA_INT_UNALIGNED, place);
            }
          }
        };
    MemorySegment source = MemorySegment.ofArray(x).asReadOnly();
    MemorySegment memory = MemorySegment.ofArray(scratch);
    gemm.run(source, 0, k, 0, tokens, 0, half, memory, epilogue);
    gemm.run(source, 0, k, 0, tokens / 2, half, gemm.panels(), memory, epilogue);
    gemm.run(source, 0, k, tokens / 2, tokens, half, gemm.panels(), memory, epilogue);
    return sums;
  }

  private static Int8Gemm pack(
      Int8Tile tile,
      byte[] w,
      int[] bias,
      int k,
      Int8Gemm.Bytes weights,
      Int8Gemm.Bytes activations,
      boolean columns) {
    int rows = bias.length;
    byte[] source = w;
    if (columns) {
      source = new byte[w.length];
      for (int i = 0; i < w.length; i++) {
        source[i % k * rows + i / k] = w[i];
      }
    }
    return Int8Gemm.pack(
        tile,
        MemorySegment.ofArray(source),
        columns ? 1 : k,
        columns ? rows : 1,
        rows,
        k,
        weights,
        activations,
        MemorySegment.ofArray(bias));
  }
}

package opml.twins.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The blocks' product by the tile is the plain loop's, bit for bit.
class BlockTileTest {
  private static final int BLOCK = BlockTile.BLOCK;
  private static final int ROWS = BlockTile.ROWS;

  /// Rows and tokens of blocks: bytes and scales.
  private record Blocks(byte[] w, float[] dw, byte[] x, float[] dx, int blocks, int tokens) {
    static Blocks random(SplittableRandom random, int blocks, int tokens) {
      byte[] w = new byte[ROWS * blocks * BLOCK];
      byte[] x = new byte[tokens * blocks * BLOCK];
      random.nextBytes(w);
      random.nextBytes(x);
      return new Blocks(
          w, scales(random, ROWS * blocks), x, scales(random, tokens * blocks), blocks, tokens);
    }

    private static float[] scales(SplittableRandom random, int count) {
      float[] extremes = {0f, -0f, Float.MIN_VALUE, 0x1p-126f, 0x1p-60f, 0x1p60f, 1e30f};
      float[] scales = new float[count];
      for (int i = 0; i < count; i++) {
        scales[i] =
            random.nextInt(6) == 0
                ? extremes[random.nextInt(extremes.length)]
                : random.nextFloat() - 0.5f;
      }
      return scales;
    }

    /// {@return the results by the plain loop, token by token}
    float[] plain() {
      float[] results = new float[tokens * ROWS];
      for (int i = 0; i < results.length; i++) {
        float result = 0;
        for (int block = 0; block < blocks; block++) {
          int left = i % ROWS * blocks + block;
          int right = i / ROWS * blocks + block;
          int sum = 0;
          for (int l = 0; l < BLOCK; l++) {
            sum += w[left * BLOCK + l] * x[right * BLOCK + l];
          }
          result = Math.fma((float) sum, dw[left] * dx[right], result);
        }
        results[i] = result;
      }
      return results;
    }

    MemorySegment weights(BlockTile tile) {
      MemorySegment packed = Arena.ofAuto().allocate(blocks * BlockTile.WEIGHT_BYTES, 64);
      for (int i = 0; i < ROWS * blocks; i++) {
        MemorySegment bytes = MemorySegment.ofArray(w);
        long to = i % blocks * BlockTile.WEIGHT_BYTES;
        tile.packWeights(bytes, (long) i * BLOCK, dw[i], i / blocks, packed, to);
      }
      return packed;
    }

    MemorySegment activations(BlockTile tile) {
      MemorySegment packed = Arena.ofAuto().allocate(tile.tokenBytes() * blocks * tokens, 64);
      for (int i = 0; i < tokens * blocks; i++) {
        MemorySegment bytes = MemorySegment.ofArray(x);
        tile.packToken(bytes, (long) i * BLOCK, dx[i], packed, i * tile.tokenBytes());
      }
      return packed;
    }

    /// {@return the same by the tile, which pauses behind some blocks}
    float[] product(BlockTile tile, int pause) {
      MemorySegment weights = weights(tile);
      MemorySegment activations = activations(tile);
      long stride = blocks * tile.tokenBytes();
      float[] results = new float[tokens * ROWS];
      Arrays.fill(results, Float.NaN); // whatever was there before
      MemorySegment y = MemorySegment.ofArray(results);
      tile.multiply(weights, 0, activations, 0, stride, y, 0, 4 * ROWS, pause, tokens, false);
      if (pause < blocks) {
        tile.multiply(
            weights,
            pause * BlockTile.WEIGHT_BYTES,
            activations,
            pause * tile.tokenBytes(),
            stride,
            y,
            0,
            4 * ROWS,
            blocks - pause,
            tokens,
            true);
      }
      return results;
    }
  }

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void theProductIsThePlainLoops(TileChoice choice) {
    BlockTile tile = TestTiles.found(choice).blocks();
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int blocks : new int[] {1, 2, 3, 8, 17, 64}) {
      for (int tokens = 1; tokens <= BlockTile.TOKENS; tokens++) {
        Blocks data = Blocks.random(random, blocks, tokens);
        assertThat(bits(data.product(tile, 1 + random.nextInt(blocks))))
            .as("%d blocks, %d tokens, seed %d", blocks, tokens, seed)
            .isEqualTo(bits(data.plain()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void everyExtremeMeetsEveryOther(TileChoice choice) {
    BlockTile tile = TestTiles.found(choice).blocks();
    byte[] extremes = {-128, -127, -1, 0, 1, 126, 127};
    for (byte weight : extremes) {
      for (byte activation : extremes) {
        Blocks data = Blocks.random(new SplittableRandom(1), 2, BlockTile.TOKENS);
        Arrays.fill(data.w(), weight);
        Arrays.fill(data.x(), activation);
        assertThat(bits(data.product(tile, 1)))
            .as("%d by %d", weight, activation)
            .isEqualTo(bits(data.plain()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("opml.twins.tile.TestTiles#all")
  void whatIsNoNumberStaysNone(TileChoice choice) {
    BlockTile tile = TestTiles.found(choice).blocks();
    Blocks data = Blocks.random(new SplittableRandom(2), 3, 2);
    data.dw()[4] = Float.NaN;
    data.dx()[1] = Float.POSITIVE_INFINITY;
    float[] plain = data.plain();
    float[] product = data.product(tile, 2);
    for (int i = 0; i < plain.length; i++) {
      // floatToIntBits has one NaN, as every store of ours will
      assertThat(Float.floatToIntBits(product[i])).isEqualTo(Float.floatToIntBits(plain[i]));
    }
    assertThat(plain).contains(Float.NaN);
  }

  @Test
  void aCallAllocatesNothing() {
    BlockTile tile = TestTiles.found(MachineTiles.best()).blocks();
    Blocks data = Blocks.random(new SplittableRandom(3), 5, 3);
    MemorySegment weights = data.weights(tile);
    MemorySegment activations = data.activations(tile);
    MemorySegment y = MemorySegment.ofArray(new float[3 * ROWS]);
    long stride = 5 * tile.tokenBytes();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // An interpreted call allocates; what counts is a round of compiled ones.
    for (int round = 0; round < 60 && least > 1000; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 2000; i++) {
        tile.multiply(weights, 0, activations, 0, stride, y, 0, 4 * ROWS, 5, 3, false);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).as("bytes of 2000 calls").isLessThanOrEqualTo(1000);
  }

  @Test
  void memoryThatIsTooSmallIsRefusedBeforeMachineCodeRuns() {
    BlockTile tile = EmulatedCode.tiles(TileForm.AVX_VNNI).blocks();
    Blocks data = Blocks.random(new SplittableRandom(3), 2, 2);
    MemorySegment w = data.weights(tile);
    MemorySegment x = data.activations(tile);
    MemorySegment y = MemorySegment.ofArray(new float[2 * ROWS]);
    long stride = 2 * tile.tokenBytes();
    tile.multiply(w, 0, x, 0, stride, y, 0, 4 * ROWS, 2, 2, false);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 0, 4 * ROWS, 3, 1, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride + 4, y, 0, 4 * ROWS, 2, 2, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 4, 4 * ROWS, 2, 2, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 0, 4, 2, 2, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 0, 4 * ROWS, 2, 5, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }
}

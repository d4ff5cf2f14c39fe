package opml.twins.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.memory.Mem;
import opml.twins.call.BlockFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The blocks' product by the tile is the reference's, bit for bit.
class BlockTileTest {
  private static final int ROWS = BlockTile.ROWS;

  static Stream<Arguments> tiles() {
    return TestTiles.all()
        .flatMap(
            choice -> Stream.of(BlockType.values()).map(type -> Arguments.arguments(choice, type)));
  }

  private static BlockTile tile(TileChoice choice, BlockType type) {
    return Objects.requireNonNull(TestTiles.found(choice).blocks().get(type));
  }

  /// Rows as a file has them, and tokens.
  private record Blocks(BlockType type, byte[] w, byte[] x, float[] dx, int steps, int tokens) {
    static Blocks random(BlockType type, SplittableRandom random, int steps, int tokens) {
      byte[] w = new byte[ROWS * steps * type.file.bytes()];
      byte[] x = new byte[tokens * steps * type.file.elements()];
      random.nextBytes(w);
      random.nextBytes(x);
      Blocks blocks =
          new Blocks(type, w, x, scales(random, tokens * steps * type.blocks()), steps, tokens);
      float[] scales = scales(random, ROWS * steps * type.format.halves());
      for (int i = 0; i < scales.length; i++) {
        blocks.setScale(i / type.format.halves(), i % type.format.halves(), scales[i]);
      }
      return blocks;
    }

    void setScale(int step, int number, float scale) {
      MemorySegment.ofArray(w)
          .set(
              ValueLayout.JAVA_SHORT_UNALIGNED,
              (long) step * type.file.bytes() + type.halvesAt() + 2L * number,
              Float.floatToFloat16(scale));
    }

    private static float[] scales(SplittableRandom random, int count) {
      float[] extremes = {0f, -0f, 0x1p-24f, 0x1p-14f, 0x1p15f, Float.MIN_VALUE, 1e30f};
      float[] scales = new float[count];
      for (int i = 0; i < count; i++) {
        scales[i] =
            random.nextInt(6) == 0
                ? extremes[random.nextInt(extremes.length)]
                : random.nextFloat() - 0.5f;
      }
      return scales;
    }

    /// {@return the results by the reference, token by token}
    float[] plain() {
      MemorySegment control = Tensor.allocate(16);
      Mem.putI32(control, 0, tokens);
      MemorySegment y = Tensor.allocate(4L * tokens * ROWS);
      MemorySegment[] segments = {control, aligned(x), MemorySegment.ofArray(dx), aligned(w), y};
      long[] scalars = {0, 0, tokens, 0, 0, ROWS, ROWS, (long) steps * type.blocks()};
      KernelCatalog.byName(type.file.kernel()).run(segments, scalars);
      return y.toArray(Tensor.F32);
    }

    private static MemorySegment aligned(byte[] bytes) {
      return Tensor.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    }

    MemorySegment weights(BlockTile tile) {
      byte[] packed = new byte[steps * tile.stepBytes()];
      BlockFormat.Block block = new BlockFormat.Block();
      for (int i = 0; i < ROWS * steps; i++) {
        int from = i * type.file.bytes();
        tile.packWeights(w, from, i / steps, packed, i % steps * tile.stepBytes(), block);
      }
      return MemorySegment.ofArray(packed);
    }

    MemorySegment activations(BlockTile tile) {
      MemorySegment packed = Arena.ofAuto().allocate((long) tile.tokenBytes() * dx.length, 64);
      for (int i = 0; i < dx.length; i++) {
        MemorySegment bytes = MemorySegment.ofArray(x);
        long at = (long) i * tile.tokenBytes();
        tile.packToken(bytes, (long) i * BlockTile.BLOCK, dx[i], packed, at);
      }
      return packed;
    }

    long tokenStride(BlockTile tile) {
      return (long) steps * type.blocks() * tile.tokenBytes();
    }

    /// {@return the same by matrices, piece by piece}
    float[] product(BlockTile tile, MatrixTile matrices) {
      int groups = Math.ceilDiv(tokens, MatrixTile.TOKENS);
      long packedBytes = MatrixTile.packedBytes(tokens, steps);
      MemorySegment packed = Arena.ofAuto().allocate(packedBytes, 64).fill((byte) -1);
      MemorySegment integers = MemorySegment.ofArray(x);
      matrices.pack(integers, 0, MemorySegment.ofArray(dx), 0, steps, tokens, packed, 0);
      long resultBytes = (long) groups * MatrixTile.RESULT_BYTES;
      MemorySegment y = Arena.ofAuto().allocate(MatrixTile.WORK_BYTES + resultBytes, 64);
      y.fill((byte) -1); // whatever was there before
      for (int step = 0; step < steps; step += MatrixTile.PIECE) {
        matrices.multiply(
            weights(tile),
            (long) step * tile.stepBytes(),
            Math.min(MatrixTile.PIECE, steps - step),
            packed,
            step / MatrixTile.PIECE * (long) groups * MatrixTile.GROUP_BYTES,
            groups,
            y,
            MatrixTile.WORK_BYTES,
            step > 0);
      }
      return y.asSlice(MatrixTile.WORK_BYTES, 4L * tokens * ROWS).toArray(Tensor.F32);
    }

    /// {@return the same by the tile, which pauses behind some steps}
    float[] product(BlockTile tile, int pause) {
      MemorySegment weights = weights(tile);
      MemorySegment activations = activations(tile);
      long stride = tokenStride(tile);
      float[] results = new float[tokens * ROWS];
      Arrays.fill(results, Float.NaN); // whatever was there before
      MemorySegment y = MemorySegment.ofArray(results);
      tile.multiply(weights, 0, activations, 0, stride, y, 0, 4 * ROWS, pause, tokens, false);
      if (pause < steps) {
        tile.multiply(
            weights,
            (long) pause * tile.stepBytes(),
            activations,
            (long) pause * type.blocks() * tile.tokenBytes(),
            stride,
            y,
            0,
            4 * ROWS,
            steps - pause,
            tokens,
            true);
      }
      return results;
    }
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void theProductIsTheReferences(TileChoice choice, BlockType type) {
    BlockTile tile = tile(choice, type);
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int steps : new int[] {1, 2, 3, 8, 17}) {
      for (int tokens = 1; tokens <= tile.tokens(); tokens++) {
        Blocks data = Blocks.random(type, random, steps, tokens);
        assertThat(bits(data.product(tile, 1 + random.nextInt(steps))))
            .as("%d steps, %d tokens, seed %d", steps, tokens, seed)
            .isEqualTo(bits(data.plain()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void tokensArePackedAtOnceAsOneByOne(TileChoice choice, BlockType type) {
    BlockTile tile = tile(choice, type);
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 20; round++) {
      Blocks data = Blocks.random(type, random, 1 + random.nextInt(3), 1 + random.nextInt(4));
      if (round < 2) {
        Arrays.fill(data.x(), round == 0 ? Byte.MIN_VALUE : Byte.MAX_VALUE);
      }
      MemorySegment expected = data.activations(tile);
      MemorySegment packed = Arena.ofAuto().allocate(expected.byteSize() + 80, 64).fill((byte) 9);
      MemorySegment x = MemorySegment.ofArray(data.x());
      MemorySegment scales = MemorySegment.ofArray(data.dx());
      int skipped = random.nextInt(data.dx().length); // they may begin anywhere
      tile.packTokens(
          x,
          (long) skipped * BlockTile.BLOCK,
          scales,
          4L * skipped,
          data.dx().length - skipped,
          packed,
          8);
      long bytes = expected.byteSize() - (long) skipped * tile.tokenBytes();
      assertThat(packed.asSlice(8, bytes).toArray(ValueLayout.JAVA_BYTE))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(
              expected.asSlice((long) skipped * tile.tokenBytes()).toArray(ValueLayout.JAVA_BYTE));
      assertThat(packed.asSlice(8 + bytes).toArray(ValueLayout.JAVA_BYTE)).containsOnly(9);
    }
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void weightsArePackedAtOnceAsOneByOne(TileChoice choice, BlockType type) {
    BlockTile tile = tile(choice, type);
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int steps : new int[] {1, 2, 7}) {
      Blocks data = Blocks.random(type, random, steps, 1);
      MemorySegment file = Arena.ofAuto().allocate(3 + data.w().length);
      MemorySegment.copy(data.w(), 0, file, ValueLayout.JAVA_BYTE, 3, data.w().length);
      byte[] expected = data.weights(tile).toArray(ValueLayout.JAVA_BYTE);
      MemorySegment packed = Arena.ofAuto().allocate(8 + expected.length + 80, 64).fill((byte) 9);
      if (!tile.packPanel(file, 3, steps, packed, 8)) {
        assertThat(WeightPackAssembler.isFor(tile.form(), type)).isFalse();
        return;
      }
      assertThat(packed.asSlice(8, expected.length).toArray(ValueLayout.JAVA_BYTE))
          .as("%d steps, seed %d", steps, seed)
          .isEqualTo(expected);
      assertThat(packed.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE)).containsOnly(9);
      assertThat(packed.asSlice(8 + expected.length).toArray(ValueLayout.JAVA_BYTE))
          .containsOnly(9);
      assertThatThrownBy(() -> tile.packPanel(file, 4, steps, packed, 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tile.packPanel(file, 3, steps, packed.asSlice(88), 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tile.packPanel(file, 3, steps, packed.asReadOnly(), 8))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  static Stream<Arguments> matrices() {
    return tiles().filter(arguments -> ofMatrices(arguments.get()).isPresent());
  }

  private static Optional<MatrixTile> ofMatrices(Object... choiceAndType) {
    return choiceAndType[0] instanceof TileChoice.Found found
        ? Objects.requireNonNull(found.blocks().get((BlockType) choiceAndType[1])).matrices()
        : Optional.empty();
  }

  @ParameterizedTest
  @MethodSource("matrices")
  void matricesGiveTheReferencesProduct(TileChoice choice, BlockType type) {
    BlockTile tile = tile(choice, type);
    MatrixTile matrices = tile.matrices().orElseThrow();
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int steps : new int[] {1, 2, 31, 32, 33, 70}) {
      for (int tokens : new int[] {1, 9, 16, 17, 40}) {
        Blocks data = Blocks.random(type, random, steps, tokens);
        if (tokens == 9) {
          data.setScale(0, 0, Float.NaN);
          data.dx()[1] = Float.POSITIVE_INFINITY;
        }
        assertThat(bits(data.product(tile, matrices)))
            .as("%d steps, %d tokens, seed %d", steps, tokens, seed)
            .isEqualTo(bits(data.plain()));
      }
    }
    for (byte weight : new byte[] {-128, 127, 0, -1, 0x0f}) {
      for (byte activation : new byte[] {-128, 127, 0, -1}) {
        Blocks data = Blocks.random(type, random, 2, 3);
        Arrays.fill(data.w(), weight);
        Arrays.fill(data.x(), activation);
        for (int i = 0; i < 2 * ROWS; i++) {
          data.setScale(i, 0, i - 3.5f);
        }
        assertThat(bits(data.product(tile, matrices)))
            .as("%d by %d", weight, activation)
            .isEqualTo(bits(data.plain()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("matrices")
  void memoryThatIsTooSmallIsRefusedBeforeMatricesAreMade(TileChoice choice, BlockType type) {
    MatrixTile matrices = tile(choice, type).matrices().orElseThrow();
    Arena arena = Arena.ofAuto();
    MemorySegment w = arena.allocate(2L * type.packedBytes(TileForm.AMX), 64);
    MemorySegment x = arena.allocate(MatrixTile.GROUP_BYTES, 64);
    int work = MatrixTile.WORK_BYTES;
    MemorySegment y = arena.allocate(work + MatrixTile.RESULT_BYTES, 64);
    matrices.multiply(w, 0, 2, x, 0, 1, y, work, false);
    assertThatThrownBy(() -> matrices.multiply(w, 0, 3, x, 0, 1, y, work, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> matrices.multiply(w, 0, 2, x, 64, 1, y, work, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> matrices.multiply(w, 0, 2, x, 0, 1, y, work - 64, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> matrices.multiply(w, 0, 2, x, 0, 1, y, work + 64, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> matrices.multiply(w, 0, 33, x, 0, 1, y, work, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void everyExtremeMeetsEveryOther(TileChoice choice, BlockType type) {
    BlockTile tile = tile(choice, type);
    byte[] extremes = {-128, -127, -16, -1, 0, 1, 15, 126, 127};
    for (byte weight : extremes) {
      for (byte activation : extremes) {
        Blocks data = Blocks.random(type, new SplittableRandom(1), 2, tile.tokens());
        Arrays.fill(data.w(), weight);
        for (int i = 0; i < 2 * ROWS * type.format.halves(); i++) {
          data.setScale(i / type.format.halves(), i % type.format.halves(), i - 3.5f);
        }
        Arrays.fill(data.x(), activation);
        assertThat(bits(data.product(tile, 1)))
            .as("%d by %d", weight, activation)
            .isEqualTo(bits(data.plain()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void whatIsNoNumberStaysNone(TileChoice choice, BlockType type) {
    BlockTile tile = tile(choice, type);
    Blocks data = Blocks.random(type, new SplittableRandom(2), 3, 2);
    data.setScale(4, 0, Float.NaN);
    data.dx()[1] = Float.POSITIVE_INFINITY;
    float[] plain = data.plain();
    // floatToIntBits has one NaN, as every store of ours will
    assertThat(bits(data.product(tile, 2))).isEqualTo(bits(plain));
    assertThat(plain).contains(Float.NaN);
  }

  @Test
  void aCallAllocatesNothing() {
    BlockTile tile = tile(MachineTiles.best(), BlockType.Q8_0);
    Blocks data = Blocks.random(BlockType.Q8_0, new SplittableRandom(3), 5, 3);
    MemorySegment weights = data.weights(tile);
    MemorySegment activations = data.activations(tile);
    MemorySegment y = MemorySegment.ofArray(new float[3 * ROWS]);
    long stride = data.tokenStride(tile);
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

  @ParameterizedTest
  @MethodSource("tiles")
  void memoryThatIsTooSmallIsRefusedBeforeMachineCodeRuns(TileChoice choice, BlockType type) {
    BlockTile tile = tile(choice, type);
    Blocks data = Blocks.random(type, new SplittableRandom(3), 2, 2);
    MemorySegment w = data.weights(tile);
    MemorySegment x = data.activations(tile);
    MemorySegment y = MemorySegment.ofArray(new float[2 * ROWS]);
    long stride = data.tokenStride(tile);
    tile.multiply(w, 0, x, 0, stride, y, 0, 4 * ROWS, 2, 2, false);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 0, 4 * ROWS, 3, 1, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride + 4, y, 0, 4 * ROWS, 2, 2, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 4, 4 * ROWS, 2, 2, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 0, 4, 2, 2, false))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.multiply(w, 0, x, 0, stride, y, 0, 4 * ROWS, 2, 9, false))
        .isInstanceOf(IllegalArgumentException.class);
    MemorySegment bytes = MemorySegment.ofArray(data.x());
    MemorySegment scales = MemorySegment.ofArray(data.dx());
    int blocks = data.dx().length;
    assertThatThrownBy(() -> tile.packTokens(bytes, 1, scales, 0, blocks, x, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.packTokens(bytes, 0, scales, 4, blocks, x, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tile.packTokens(bytes, 0, scales, 0, blocks, x, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }
}

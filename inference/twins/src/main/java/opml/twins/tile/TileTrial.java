package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import opml.engine.tensor.Tensor;
import opml.kernels.memory.F32;

/// Compares tiles with plain loops, bit for bit, before they are offered. The seed is fixed: what a JVM offers should
/// not depend on chance.
final class TileTrial {
  private static final long SEED = 20;

  /// Elements of a row that is longer than what a tile does at once, so that it must resume.
  private static final int LONG_ROW = 1100;

  private final SplittableRandom random = new SplittableRandom(SEED);

  /// {@return whether all tiles give the bits of the plain loops, for every number of tokens and rows}
  boolean passes(TileChoice.Found tiles) {
    return passes(tiles.int8(), tiles.blocks()) && passes(tiles.floats());
  }

  private boolean passes(Int8Tile int8, BlockTile blocks) {
    for (int tokens = 1; tokens <= int8.tokens() + 1; tokens++) {
      if (!int8Agrees(int8, tokens, 8 * tokens - 3)) {
        return false;
      }
    }
    if (!int8Agrees(int8, 2, LONG_ROW)) {
      return false;
    }
    for (int tokens = 1; tokens <= BlockTile.TOKENS; tokens++) {
      if (!blocksAgree(blocks, tokens, 3 * tokens)) {
        return false;
      }
    }
    return true;
  }

  private boolean int8Agrees(Int8Tile tile, int tokens, int k) {
    int rows = tile.rows() + 1; // so that the last panel is not full
    byte[] w = bytes(rows * k);
    byte[] x = bytes(tokens * k);
    int[] bias = random.ints(rows).toArray();
    Int8Gemm.Bytes weights = new Int8Gemm.Bytes(random.nextBoolean(), random.nextInt(-128, 256));
    Int8Gemm.Bytes activations =
        new Int8Gemm.Bytes(random.nextBoolean(), random.nextInt(-128, 256));
    Int8Gemm gemm =
        Int8Gemm.pack(
            tile,
            MemorySegment.ofArray(w),
            k,
            1,
            rows,
            k,
            weights,
            activations,
            MemorySegment.ofArray(bias));
    MemorySegment scratch = MemorySegment.ofArray(new byte[(int) gemm.packedBytes(tokens)]);
    int[] sums = new int[tokens * tile.rows()];
    gemm.packTokens(MemorySegment.ofArray(x), 0, k, tokens, scratch, 0);
    for (int panel = 0; panel < gemm.panels(); panel++) {
      gemm.multiply(panel, scratch, 0, tokens, MemorySegment.ofArray(sums), 0);
      for (int token = 0; token < tokens; token++) {
        for (int row = panel * tile.rows();
            row < Math.min(rows, (panel + 1) * tile.rows());
            row++) {
          int sum = bias[row];
          for (int l = 0; l < k; l++) {
            sum += difference(x[token * k + l], activations) * difference(w[row * k + l], weights);
          }
          if (sum != sums[token * tile.rows() + row % tile.rows()]) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static int difference(byte value, Int8Gemm.Bytes bytes) {
    return (bytes.unsigned() ? value & 255 : value) - bytes.zero();
  }

  private boolean blocksAgree(BlockTile tile, int tokens, int blocks) {
    byte[] w = bytes(BlockTile.ROWS * blocks * BlockTile.BLOCK);
    byte[] x = bytes(tokens * blocks * BlockTile.BLOCK);
    float[] dw = scales(BlockTile.ROWS * blocks);
    float[] dx = scales(tokens * blocks);
    MemorySegment weights =
        MemorySegment.ofArray(new byte[(int) (blocks * BlockTile.WEIGHT_BYTES)]);
    MemorySegment activations =
        MemorySegment.ofArray(new byte[(int) (tile.tokenBytes() * blocks * tokens)]);
    for (int block = 0; block < blocks; block++) {
      for (int row = 0; row < BlockTile.ROWS; row++) {
        int at = row * blocks + block;
        long to = block * BlockTile.WEIGHT_BYTES;
        tile.packWeights(
            MemorySegment.ofArray(w), (long) at * BlockTile.BLOCK, dw[at], row, weights, to);
      }
      for (int token = 0; token < tokens; token++) {
        int at = token * blocks + block;
        tile.packToken(
            MemorySegment.ofArray(x),
            (long) at * BlockTile.BLOCK,
            dx[at],
            activations,
            at * tile.tokenBytes());
      }
    }
    float[] y = new float[tokens * BlockTile.ROWS];
    long stride = (long) BlockTile.ROWS * Float.BYTES;
    MemorySegment result = MemorySegment.ofArray(y);
    long tokenStride = blocks * tile.tokenBytes();
    tile.multiply(weights, 0, activations, 0, tokenStride, result, 0, stride, 1, tokens, false);
    tile.multiply(
        weights,
        BlockTile.WEIGHT_BYTES,
        activations,
        tile.tokenBytes(),
        tokenStride,
        result,
        0,
        stride,
        blocks - 1,
        tokens,
        true);
    for (int token = 0; token < tokens; token++) {
      for (int row = 0; row < BlockTile.ROWS; row++) {
        float expected = 0;
        for (int block = 0; block < blocks; block++) {
          int left = row * blocks + block;
          int right = token * blocks + block;
          int sum = 0;
          for (int i = 0; i < BlockTile.BLOCK; i++) {
            sum += w[left * BlockTile.BLOCK + i] * x[right * BlockTile.BLOCK + i];
          }
          expected = F32.fma((float) sum, dw[left] * dx[right], expected);
        }
        if (Float.floatToIntBits(expected)
            != Float.floatToIntBits(y[token * BlockTile.ROWS + row])) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean passes(FloatTile floats) {
    for (int rows = 1; rows <= FloatTile.ROWS; rows++) {
      if (!floatsAgree(floats, rows, 5 * rows, 1, false)
          || !floatsAgree(floats, rows, 2 * rows - 1, 3, true)) {
        return false;
      }
    }
    return true;
  }

  private boolean floatsAgree(FloatTile tile, int rows, int count, int strips, boolean byTable) {
    int width = strips * tile.width(rows) / Float.BYTES;
    float[] a = scales(count * rows);
    int[] places = new int[count];
    for (int k = 0; k < count; k++) {
      places[k] = byTable ? random.nextInt(4 * count) : k * width;
    }
    int reach = Arrays.stream(places).max().orElseThrow();
    float[] b = scales(reach + width);
    float[] y = new float[rows * width];
    MemorySegment left = MemorySegment.ofArray(new long[count + (count * rows + 1) / 2]);
    MemorySegment.copy(a, 0, left, Tensor.F32, (long) Long.BYTES * count, a.length);
    MemorySegment right = MemorySegment.ofArray(b);
    MemorySegment out = MemorySegment.ofArray(y);
    long row = (long) Float.BYTES * width;
    long aAt = (long) Long.BYTES * count;
    if (byTable) {
      for (int k = 0; k < count; k++) {
        left.setAtIndex(ValueLayout.JAVA_LONG, k, (long) Float.BYTES * places[k]);
      }
      long bytes = (long) Float.BYTES * reach;
      tile.byTable(left, aAt, 0, bytes, right, 0, count, rows, strips, out, 0, row);
    } else {
      tile.packed(left, aAt, right, 0, count, rows, out, 0, row);
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        float expected = 0;
        for (int k = 0; k < count; k++) {
          expected = F32.fma(a[k * rows + i], b[places[k] + j], expected);
        }
        if (Float.floatToIntBits(expected) != Float.floatToIntBits(y[i * width + j])) {
          return false;
        }
      }
    }
    return true;
  }

  /// Any bytes, and among them more of the extreme ones than chance would give.
  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    for (int i = 0; i < count; i++) {
      bytes[i] =
          switch (random.nextInt(8)) {
            case 0 -> Byte.MIN_VALUE;
            case 1 -> Byte.MAX_VALUE;
            case 2 -> -1;
            case 3 -> 0;
            default -> bytes[i];
          };
    }
    return bytes;
  }

  /// Scales of many magnitudes, also such that their products are subnormal or zero.
  private float[] scales(int count) {
    float[] scales = new float[count];
    for (int i = 0; i < count; i++) {
      float fraction = random.nextFloat() - 0.5f;
      scales[i] = random.nextInt(8) == 0 ? fraction * 0x1p-70f : fraction;
    }
    return scales;
  }
}

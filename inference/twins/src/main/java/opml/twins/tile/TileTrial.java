package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.OutsideMemory;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.operators.Accumulators;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;

/// Compares tiles with plain loops, bit for bit, before they are offered. The seed is fixed: what a JVM offers should
/// not depend on chance.
final class TileTrial {
  private static final long SEED = 20;

  /// Elements of a row that is longer than what a tile does at once, so that it must resume.
  private static final int LONG_ROW = 1100;

  /// More than a panel, so that the last is not full.
  private static final int LINEAR_ROWS = BlockTile.ROWS + 3;

  /// Ways to run a [StripTile].
  private static final int STRIP_WAYS = 3;

  private final SplittableRandom random = new SplittableRandom(SEED);

  /// {@return whether the tiles give the bits of the plain loops, for every number of tokens and rows}
  ///
  /// Those of language models' weights are many, and a model has few types: they are tried when they are wanted.
  boolean passes(TileChoice.Found tiles) {
    return passes(tiles.int8())
        && passes(tiles.floats().windows())
        && passes(tiles.floats().strips())
        && tiles.floats().convolutions().map(this::passes).orElse(true);
  }

  /// {@return whether sums are ended, and planes convolved, as the reference does}
  boolean passes(ConvolutionTiles tiles) {
    for (int i = 0; i < 4; i++) {
      if (!endsAgree(tiles.end(), i % 2 == 0, ByteEndTile.LANES * (1 + i) + 3 * i)) {
        return false;
      }
    }
    for (int stride = 1; stride <= 2; stride++) {
      for (int width : new int[] {3, ByteEndTile.LANES, ByteEndTile.LANES + 5}) {
        if (!planesAgree(tiles.bytes(), stride, width, width == 3)
            || !planesAgree(tiles.floats(), stride, width)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean endsAgree(ByteEndTile tile, boolean unsigned, int count) {
    int rows = 3;
    int zero = random.nextInt(-300, 300);
    int[] sums = new int[rows * count];
    byte[] y = new byte[rows * count];
    byte[] expected = new byte[rows * count];
    MemorySegment table = Tensor.allocate(ByteEndTile.tableBytes(rows));
    ByteEndTile.begin(table, 0, zero, unsigned);
    for (int row = 0; row < rows; row++) {
      int multiplier = row == 0 ? 0 : random.nextInt(1 << 30, Integer.MAX_VALUE);
      int shift = row == 1 ? random.nextInt(1, 63) : random.nextInt(31, 45);
      int bias = random.nextInt();
      ByteEndTile.channel(table, 0, row, multiplier, shift, bias);
      for (int i = row * count; i < (row + 1) * count; i++) {
        int sum = random.nextInt() >> random.nextInt(24);
        sums[i] = sum - bias; // which may wrap
        int value = Accumulators.output(sum, multiplier, shift, zero, unsigned ? 1 : 0);
        expected[i] = (byte) value;
      }
    }
    long sumsRow = (long) Integer.BYTES * count;
    MemorySegment from = MemorySegment.ofArray(sums);
    tile.run(table, 0, from, 0, sumsRow, MemorySegment.ofArray(y), 0, count, count, rows);
    return Arrays.equals(expected, y);
  }

  private boolean planesAgree(ByteDepthwiseTile tile, int stride, int width, boolean unsigned) {
    int rows = 4;
    int side = DepthwiseTile.SIDE;
    int xRow = DepthwiseTile.length(width, stride);
    int xBytes = xRow * DepthwiseTile.length(rows, stride);
    byte[] x = bytes(xBytes + DepthwiseTile.written(width) * stride + ByteDepthwiseTile.SLACK);
    byte[] w = bytes(side * side);
    int zero = random.nextInt(-9, 9);
    int multiplier = random.nextInt(1 << 30, Integer.MAX_VALUE);
    int shift = random.nextInt(36, 42);
    int bias = random.nextInt(-9999, 9999);
    MemorySegment groups = Tensor.allocate((long) Integer.BYTES * side);
    for (int row = 0; row < side; row++) {
      int first = side * row;
      Mem.putI32(groups, 4L * row, ByteDepthwiseTile.group(w[first], w[first + 1], w[first + 2]));
    }
    MemorySegment table = Tensor.allocate(ByteDepthwiseTile.TABLE_BYTES);
    ByteDepthwiseTile.begin(table, 0, stride, zero, unsigned);
    ByteDepthwiseTile.plane(table, 0, multiplier, shift, bias, groups, 0);
    byte[] y = new byte[width * rows + DepthwiseTile.LANES];
    MemorySegment to = MemorySegment.ofArray(y);
    tile.run(table, 0, stride, MemorySegment.ofArray(x), 0, xRow, to, 0, width, width, rows);
    for (int i = 0; i < width * rows; i++) {
      int sum = bias;
      for (int k = 0; k < side * side; k++) {
        int row = i / width * stride + k / side;
        sum += (x[row * xRow + i % width * stride + k % side] & 255) * w[k];
      }
      int value = Accumulators.output(sum, multiplier, shift, zero, unsigned ? 1 : 0);
      if (y[i] != (byte) value) {
        return false;
      }
    }
    return true;
  }

  private boolean planesAgree(FloatDepthwiseTile tile, int stride, int width) {
    int rows = 4;
    int side = DepthwiseTile.SIDE;
    int xRow = DepthwiseTile.length(width, stride);
    int beyond = DepthwiseTile.written(width) * stride + FloatDepthwiseTile.SLACK;
    float[] x = scales(xRow * DepthwiseTile.length(rows, stride) + beyond);
    x[xRow + 1] = Float.NaN;
    x[2 * xRow + 2] = -0f;
    float[] w = scales(DepthwiseTile.CELLS);
    w[random.nextInt(w.length)] = -0f;
    float bias = random.nextBoolean() ? -0f : random.nextFloat();
    float least = -random.nextFloat();
    float most = random.nextFloat();
    MemorySegment table = Tensor.allocate(FloatDepthwiseTile.TABLE_BYTES);
    FloatDepthwiseTile.begin(table, 0, least, most);
    FloatDepthwiseTile.plane(table, 0, MemorySegment.ofArray(w), 0, bias);
    float[] y = new float[width * rows + DepthwiseTile.LANES];
    MemorySegment to = MemorySegment.ofArray(y);
    MemorySegment from = MemorySegment.ofArray(x);
    tile.run(table, 0, stride, from, 0, 4L * xRow, to, 0, 4L * width, width, rows);
    for (int i = 0; i < width * rows; i++) {
      float sum = 0f;
      for (int k = 0; k < w.length; k++) {
        int row = i / width * stride + k / side;
        sum = F32.fma(x[row * xRow + i % width * stride + k % side], w[k], sum);
      }
      float expected = Math.min(most, Math.max(least, sum + 0f + bias));
      // A NaN must be the canonical one.
      if (Mem.i32(to, 4L * i) != Float.floatToIntBits(expected)) {
        return false;
      }
    }
    return true;
  }

  private boolean passes(Int8Tile int8) {
    for (int tokens = 1; tokens <= int8.tokens() + 1; tokens++) {
      if (!int8Agrees(int8, tokens, 8 * tokens - 3)) {
        return false;
      }
    }
    return int8Agrees(int8, 2, LONG_ROW)
        && (int8.matrices() == null
            || int8Agrees(int8, 2 * Int8Matrices.GROUP + 1, 2 * Int8Matrices.STEP + 1)
                && int8Agrees(int8, Int8Matrices.GROUP - 1, Int8Matrices.STEP)
                && int8Agrees(int8, Int8Matrices.GROUP, Int8Tile.STEP));
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

  // ---- Tokens by rows of weights: the tile within its twin, beside the reference

  /// {@return whether a tile gives the reference's bits}
  boolean passes(BlockTile tile) {
    for (int tokens = 1; tokens <= tile.tokens() + 1; tokens++) {
      // With more tokens than a tile has, a row that is longer than a piece.
      int steps = tokens > tile.tokens() ? 2 * TileBlockLinear.PIECE_BYTES / tile.stepBytes() : 3;
      if (!blocksAgree(tile, tokens, steps * tile.type().blocks())) {
        return false;
      }
    }
    // Two groups, and a row of two pieces.
    return tile.matrices().isEmpty()
        || blocksAgree(tile, MatrixTile.TOKENS + 1, MatrixTile.PIECE + 1);
  }

  private boolean blocksAgree(BlockTile tile, int tokens, int blocks) {
    BlockType type = tile.type();
    long[] scalars = {0, 0, tokens, 0, 0, LINEAR_ROWS, LINEAR_ROWS, blocks};
    LinearCall call = LinearCall.of(type.file, scalars);
    // Machine code packs what lies outside of the heap.
    byte[] file = bytes((int) (LINEAR_ROWS * call.rowBytes()));
    MemorySegment w = OutsideMemory.allocate(file.length).copyFrom(MemorySegment.ofArray(file));
    float[] halves = scales((int) (w.byteSize() / type.file.bytes()));
    for (int i = 0; i < halves.length; i++) {
      for (int at = 0; at < type.format.halves(); at++) {
        long place = (long) i * type.file.bytes() + type.halvesAt() + 2L * at;
        Mem.putI16(w, place, Float.floatToFloat16(halves[(i + at) % halves.length]));
      }
    }
    MemorySegment q = aligned(bytes(tokens * blocks * BlockTile.BLOCK));
    MemorySegment d = MemorySegment.ofArray(scales(tokens * blocks));
    Optional<PreparedKernel> twin =
        TileBlockLinear.prepare(tile, call, Constant.of(w), new Packings());
    return twin.isPresent() && agrees(type.file.kernel(), twin.get(), scalars, tokens, q, d, w);
  }

  /// {@return whether a tile gives the reference's bits}
  boolean passes(RowTile tile) {
    for (int tokens = 1; tokens <= tile.tokens() + 1; tokens++) {
      int k = tokens % 2 == 0 ? 2 * RowTile.CHUNK + tokens : 3 * tokens;
      if (!rowsAgree(tile, tokens, k)) {
        return false;
      }
    }
    return true;
  }

  private boolean rowsAgree(RowTile tile, int tokens, int k) {
    RowType type = tile.type();
    long[] scalars = {0, 0, tokens, 0, 0, LINEAR_ROWS, LINEAR_ROWS, k};
    LinearCall call = LinearCall.of(type.file, scalars);
    float[] weights = scales(LINEAR_ROWS * k);
    MemorySegment w = Tensor.allocate((long) type.bytes * weights.length);
    for (int i = 0; i < weights.length; i++) {
      int at = type.bytes * i;
      switch (type) {
        case F32 -> Mem.putF32(w, at, weights[i]);
        case F16 -> Mem.putI16(w, at, Float.floatToFloat16(weights[i]));
        case BF16 -> Mem.putI16(w, at, Float.floatToIntBits(weights[i]) >> Short.SIZE);
      }
    }
    MemorySegment x = MemorySegment.ofArray(scales(tokens * k));
    Optional<PreparedKernel> twin =
        TileRowLinear.prepare(tile, call, Constant.of(w), new Packings());
    return twin.isPresent() && agrees(type.file.kernel(), twin.get(), scalars, tokens, x, w);
  }

  private static boolean agrees(
      String kernel, PreparedKernel twin, long[] scalars, int tokens, MemorySegment... inputs) {
    MemorySegment control = Tensor.allocate(16);
    Mem.putI32(control, 0, tokens);
    MemorySegment[] segments = new MemorySegment[inputs.length + 2];
    segments[0] = control;
    System.arraycopy(inputs, 0, segments, 1, inputs.length);
    MemorySegment expected = Tensor.allocate((long) Float.BYTES * tokens * LINEAR_ROWS);
    segments[segments.length - 1] = expected;
    KernelCatalog.byName(kernel).run(segments, scalars);
    MemorySegment found = Tensor.allocate(expected.byteSize());
    segments[segments.length - 1] = found;
    twin.run(segments, Tensor.allocate(twin.scratchBytes()), 0, twin.units());
    return expected.mismatch(found) == -1;
  }

  private static MemorySegment aligned(byte[] bytes) {
    return Tensor.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
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

  private boolean passes(StripTile strips) {
    for (int rows = 1; rows <= strips.rows(); rows++) {
      for (int way = 0; way < STRIP_WAYS; way++) {
        if (!stripAgrees(strips, rows, 2 * rows - 1, 0, way)
            || !stripAgrees(strips, rows, 9, 3, way)) {
          return false;
        }
      }
    }
    return true;
  }

  /// @param before products of a chunk before, to which another one is added; 0 for none
  /// @param way as one of few tiles, one of many, or packed
  private boolean stripAgrees(StripTile tile, int rows, int count, int before, int way) {
    int width = StripTile.VECTORS * tile.vectorBytes() / Float.BYTES;
    int all = before + count;
    float[] a = scales(rows * all);
    float[] b = scales(all * width);
    float[] y = new float[rows * width];
    MemorySegment left = MemorySegment.ofArray(a);
    MemorySegment right = MemorySegment.ofArray(b);
    MemorySegment out = MemorySegment.ofArray(y);
    long aRow = (long) Float.BYTES * all;
    long row = (long) Float.BYTES * width;
    for (int k = 0; k < all; k += before == 0 || k > 0 ? count : before) {
      int products = k < before ? before : count;
      long aAt = (long) Float.BYTES * k;
      boolean adds = k > 0;
      long bAt = row * k;
      switch (way) {
        case 0 -> tile.run(left, aAt, aRow, right, bAt, products, rows, out, 0, row, adds);
        case 1 ->
            tile.runOneOfMany(
                left, aAt, aRow, right, bAt, products, rows, out, 0, row, adds, row * all);
        default -> {
          float[] packed = new float[rows * products];
          for (int i = 0; i < packed.length; i++) {
            packed[i] = a[i % rows * all + k + i / rows];
          }
          MemorySegment from = MemorySegment.ofArray(packed);
          tile.runPacked(from, 0, right, bAt, products, rows, out, 0, row, adds);
        }
      }
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < width; j++) {
        float first = 0;
        float second = 0;
        for (int k = 0; k < before; k++) {
          first = F32.fma(a[i * all + k], b[k * width + j], first);
        }
        for (int k = before; k < all; k++) {
          second = F32.fma(a[i * all + k], b[k * width + j], second);
        }
        float expected = before > 0 ? first + second : second;
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

package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;
import opml.kernels.memory.Mem;
import opml.twins.call.BlockFormat;
import opml.twins.x86.X86Code;
import org.jspecify.annotations.Nullable;

/// The product of blocks of 32 integers with a scale each, as GGML has them: 16 rows of weights by a few tokens. Per
/// row and token, `acc = +0`, and for each block in order `acc = fma((float) S, dw · dx, acc)`, where S is the exact
/// sum of the products (`spec/numerics.md`; the order that every block kernel has). NaNs have the bits that the
/// processor gave them; whoever stores results makes them canonical.
///
/// How weights are packed, [BlockType] says. A packed block of a token is an int32 that depends on the sum of its
/// integers: where its sums start, so that what was added to weights to make them unsigned falls out, or for Q4_K and
/// Q6_K, the sum; then its scale; then its integers, as bytes or, for bytes without VNNI, as 16 bits.
public final class BlockTile {
  /// Elements of a block.
  public static final int BLOCK = 32;

  /// Rows of weights.
  public static final int ROWS = 16;

  /// Bytes before those of a token's block.
  static final int TOKEN_HEADER = Integer.BYTES + Float.BYTES;

  /// Elements of a group of nibbles.
  private static final int FOUR = 4;

  private static final int LOW_NIBBLES = 0x0F0F_0F0F;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final TileForm form;
  private final BlockType type;
  private final TileCode code;
  private final @Nullable TileCode packing;
  private final @Nullable TileCode weightPacking;
  private final @Nullable MatrixTile matrices;
  private final boolean planes;
  private final PlaneLayout layout;
  private final int stepBytes;

  /// @param packing of tokens; null if that is left to Java
  /// @param weightPacking of all rows of a panel; null likewise
  /// @param matrices what multiplies many tokens at once; null if nothing does
  BlockTile(
      TileForm form,
      BlockType type,
      TileCode code,
      @Nullable TileCode packing,
      @Nullable TileCode weightPacking,
      @Nullable MatrixTile matrices) {
    this.form = form;
    this.type = type;
    this.code = code;
    this.packing = packing;
    this.weightPacking = weightPacking;
    this.matrices = matrices;
    this.planes = type.hasPlanes(form);
    this.layout = type.planes();
    this.stepBytes = type.packedBytes(form);
  }

  /// {@return the code of the tile of a type}
  static X86Code code(TileForm form, BlockType type) {
    return type.hasPlanes(form)
        ? PlaneTileAssembler.product(form, type.planes())
        : BlockTileAssembler.product(form, type);
  }

  TileForm form() {
    return form;
  }

  BlockType type() {
    return type;
  }

  Optional<MatrixTile> matrices() {
    return Optional.ofNullable(matrices);
  }

  /// {@return the most tokens}
  public int tokens() {
    return form.blockTokens;
  }

  /// {@return bytes of a packed step of a panel}
  int stepBytes() {
    return stepBytes;
  }

  /// {@return bytes of a packed block of a token}
  public int tokenBytes() {
    return tokenBytes(form, type);
  }

  static int tokenBytes(TileForm form, BlockType type) {
    return type.hasPlanes(form)
        ? PlaneTileAssembler.tokenBytes(form)
        : TOKEN_HEADER + BLOCK * (isWide(form, type) ? Short.BYTES : Byte.BYTES);
  }

  /// {@return whether activations are packed as 16 bits}
  private static boolean isWide(TileForm form, BlockType type) {
    return type == BlockType.Q8_0 && !form.isVnni();
  }

  /// Packs what a file has of one row for one step. Rows that are not there may hold anything, and their results are
  /// then nothing. Arrays, because a weight has billions of numbers, and HotSpot makes fast code of them soon.
  ///
  /// @param row which row of the panel
  /// @param packedAt where the panel's step begins
  ///
  /// @param block any, which is written
  void packWeights(
      byte[] file, int from, int row, byte[] packed, int packedAt, BlockFormat.Block block) {
    Objects.checkIndex(row, ROWS);
    if (planes) {
      layout.pack(file, from, row, packed, packedAt, block);
    } else {
      packWeights(file, from, row, packed, packedAt);
    }
  }

  /// Packs a panel by machine code, if there is some, as [#packWeights] does.
  ///
  /// @param file the steps of all rows, from `from` on
  /// @param packedAt where the panel begins
  /// @return whether it was packed
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  boolean packPanel(MemorySegment file, long from, int steps, MemorySegment packed, long packedAt) {
    if (weightPacking == null) {
      return false;
    }
    if (steps < 1) {
      throw new IllegalArgumentException(steps + " steps of weights");
    }
    long rowBytes = (long) steps * type.file.bytes();
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(from, ROWS * rowBytes, file.byteSize());
    Objects.checkFromIndexSize(packedAt, (long) steps * stepBytes, packed.byteSize());
    Places.checkWritable(packed);
    weightPacking.call(file, from, file, from, rowBytes, packed, packedAt, 0, steps, 1, 0);
    return true;
  }

  private void packWeights(byte[] file, int from, int row, byte[] packed, int packedAt) {
    int scaleFrom = from + type.halvesAt();
    int scaleTo = packedAt + type.scalesAt() + Short.BYTES * row;
    INT16.set(packed, scaleTo, (short) INT16.get(file, scaleFrom));
    switch (type) {
      case Q8_0 -> packBytes(file, from + 2, row, packed, packedAt + BlockType.SCALE_BYTES);
      case Q4_0 -> {
        int groups = packedAt + BlockType.SCALE_BYTES;
        for (int i = 0; i < BLOCK / 2; i += FOUR) {
          int four = (int) INT32.get(file, from + Short.BYTES + i);
          INT32.set(packed, groups + i * ROWS + row * FOUR, four);
        }
      }
      case Q4_K -> {
        int least = (short) INT16.get(file, scaleFrom + Short.BYTES) ^ 0x8000;
        INT16.set(packed, scaleTo + BlockType.SCALE_BYTES, (short) least);
        packSuperblock(file, from + 2 * Short.BYTES, row, packed, packedAt);
      }
      case Q6_K -> packSixBits(file, from, row, packed, packedAt);
      default -> throw noLayout();
    }
  }

  private void packBytes(byte[] file, int from, int row, byte[] packed, int packedAt) {
    if (form.isVnni()) {
      for (int i = 0; i < BLOCK; i += FOUR) {
        int four = (int) INT32.get(file, from + i) ^ (int) Swar.SIGNS;
        INT32.set(packed, packedAt + i * ROWS + row * FOUR, four);
      }
    } else {
      for (int i = 0; i < BLOCK; i += 2) {
        int two = (short) INT16.get(file, from + i) ^ (short) Swar.SIGNS;
        INT16.set(packed, packedAt + i * ROWS + row * 2, (short) two);
      }
    }
  }

  /// Q4_K has 12 bytes of 6-bit integers, then nibbles, of which 32 bytes have two blocks, one in the lower halves.
  private static void packSuperblock(byte[] file, int from, int row, byte[] packed, int packedAt) {
    int first = (int) INT32.get(file, from);
    int second = (int) INT32.get(file, from + 4);
    int third = (int) INT32.get(file, from + 8);
    int lowest = 0x3F3F_3F3F;
    int highest = 0x3030_3030;
    int at = packedAt;
    for (int block = 0; block < 8; block++) {
      // Each word has the integers of four blocks, one in a byte.
      boolean early = block < 4;
      int scales = early ? first & lowest : third & LOW_NIBBLES | first >>> 2 & highest;
      int leasts = early ? second & lowest : third >>> 4 & LOW_NIBBLES | second >>> 2 & highest;
      packed[at + row] = (byte) (scales >>> Byte.SIZE * (block % 4));
      packed[at + ROWS + row] = (byte) (leasts >>> Byte.SIZE * (block % 4));
      int nibbles = from + 12 + BLOCK * (block / 2);
      int shift = FOUR * (block % 2);
      for (int i = 0; i < BLOCK / 2; i += FOUR) {
        int lower = (int) INT32.get(file, nibbles + i) >>> shift & LOW_NIBBLES;
        int upper = (int) INT32.get(file, nibbles + BLOCK / 2 + i) >>> shift & LOW_NIBBLES;
        INT32.set(packed, at + (2 + i) * ROWS + row * FOUR, lower | upper << FOUR);
      }
      at += BlockType.SUB_BLOCK_BYTES;
    }
  }

  /// Q6_K has 128 bytes of nibbles, 64 of upper bits, then 16 integers. Each half of a step has four blocks, of which
  /// two are in the lower nibbles, and all in the same bytes of upper bits.
  private static void packSixBits(byte[] file, int from, int row, byte[] packed, int packedAt) {
    for (int block = 0; block < 8; block++) {
      int quarter = block % 4;
      int nibbles = from + 64 * (block / 4) + BLOCK * (quarter % 2);
      int uppers = from + 128 + BLOCK * (block / 4);
      int at = packedAt + block * BlockType.SIX_BIT_BYTES;
      short scales = (short) INT16.get(file, from + 192 + 2 * block);
      INT16.set(packed, at + Short.BYTES * row, scales);
      int groups = at + 2 * ROWS + row * FOUR;
      int upperGroups = groups + 16 * ROWS;
      for (int i = 0; i < 2; i++) {
        // Of four elements of either half, two are a group: those of 2 i and 2 i + 1, and 4
        // further.
        int a = sixteenths(file, nibbles + FOUR * i, quarter / 2);
        int b = sixteenths(file, nibbles + BLOCK / 2 + FOUR * i, quarter / 2);
        int c = sixteenths(file, nibbles + 8 + FOUR * i, quarter / 2);
        int d = sixteenths(file, nibbles + BLOCK / 2 + 8 + FOUR * i, quarter / 2);
        int to = groups + 2 * i * FOUR * ROWS;
        INT32.set(packed, to, lowerTwo(a, b) | lowerTwo(c, d) << FOUR);
        INT32.set(packed, to + FOUR * ROWS, upperTwo(a, b) | upperTwo(c, d) << FOUR);
        int e = quarters(file, uppers + 8 * i, quarter);
        int f = quarters(file, uppers + BLOCK / 2 + 8 * i, quarter);
        int g = quarters(file, uppers + 8 * i + FOUR, quarter);
        int h = quarters(file, uppers + BLOCK / 2 + 8 * i + FOUR, quarter);
        INT32.set(
            packed,
            upperGroups + i * FOUR * ROWS,
            lowerTwo(e, f) | upperTwo(e, f) << 2 | lowerTwo(g, h) << 4 | upperTwo(g, h) << 6);
      }
    }
  }

  /// {@return four nibbles}
  private static int sixteenths(byte[] file, int at, int half) {
    return (int) INT32.get(file, at) >>> FOUR * half & LOW_NIBBLES;
  }

  /// {@return four pairs of bits}
  private static int quarters(byte[] file, int at, int quarter) {
    return (int) INT32.get(file, at) >>> 2 * quarter & 0x0303_0303;
  }

  private static int lowerTwo(int a, int b) {
    return a & 0xFFFF | b << Short.SIZE;
  }

  private static int upperTwo(int a, int b) {
    return a >>> Short.SIZE | b & 0xFFFF_0000;
  }

  /// Packs one token's block of activations.
  ///
  /// @param bytes 32 signed activations, at `from`
  /// @param packedAt where its block begins
  public void packToken(
      MemorySegment bytes, long from, float scale, MemorySegment packed, long packedAt) {
    if (planes) {
      packForPlanes(bytes, from, packed, packedAt);
      packed.set(F32, packedAt + PlaneTileAssembler.SCALE, scale);
      return;
    }
    if (type == BlockType.Q6_K) {
      packHalves(bytes, from, packed, packedAt);
    } else {
      packed.set(I32, packedAt, packWhole(bytes, from, packed, packedAt + TOKEN_HEADER));
    }
    packed.set(F32, packedAt + Integer.BYTES, scale);
  }

  /// {@return what the block begins with}
  private int packWhole(MemorySegment bytes, long from, MemorySegment packed, long to) {
    boolean wide = isWide(form, type);
    long pairs = 0; // sums of neighbours plus 128 each, of every fourth pair
    for (int i = 0; i < BLOCK; i += Long.BYTES) {
      long eight = bytes.get(I64, from + i);
      pairs += Swar.unsignedPairs(eight ^ Swar.SIGNS);
      if (wide) {
        packed.set(I64, to + 2L * i, Swar.widen((int) eight));
        packed.set(I64, to + 2L * i + Long.BYTES, Swar.widen((int) (eight >>> 32)));
      } else {
        packed.set(I64, to + i, eight);
      }
    }
    pairs += pairs >>> 32;
    int half = 128 * BLOCK / 2;
    // The elements 0 and 1 of each four, and the others.
    return start((int) (pairs & 0xFFFF) - half, (int) (pairs >>> 16 & 0xFFFF) - half);
  }

  /// Two elements of one half beside two of the other; first the sums of the halves, their signs turned.
  private static void packHalves(
      MemorySegment bytes, long from, MemorySegment packed, long packedAt) {
    int first = 0;
    int second = 0;
    for (int i = 0; i < BLOCK / 2; i += Long.BYTES) {
      long a = bytes.get(I64, from + i);
      long b = bytes.get(I64, from + BLOCK / 2 + i);
      first += Swar.sum(a);
      second += Swar.sum(b);
      long to = packedAt + TOKEN_HEADER + 2L * i;
      packed.set(I64, to, Swar.spread(a) | Swar.spread(b) << Short.SIZE);
      packed.set(I64, to + Long.BYTES, Swar.spread(a >>> 32) | Swar.spread(b >>> 32) << Short.SIZE);
    }
    packed.set(I32, packedAt, -first & 0xFFFF | -second << Short.SIZE);
  }

  private int start(int even, int odd) {
    int one = startOfOne(type, false);
    return type == BlockType.Q4_0 && !form.isVnni()
        ? one * even & 0xFFFF | one * odd << 16
        : one * (even + odd);
  }

  /// {@return what sums begin with for each 1 among a token's integers}
  static int startOfOne(BlockType type, boolean planes) {
    if (planes) {
      return -type.format.zero();
    }
    return switch (type) {
      case Q8_0 -> -128;
      case Q4_0 -> -8;
      case Q4_K, Q6_K -> 1;
      default -> throw new IllegalArgumentException(type + " has no layout of its own");
    };
  }

  private IllegalStateException noLayout() {
    return new IllegalStateException(type + " has no layout of its own");
  }

  private void packForPlanes(MemorySegment bytes, long from, MemorySegment packed, long packedAt) {
    long to = packedAt + PlaneTileAssembler.HEADER;
    int first = 0;
    int second = 0;
    for (int i = 0; i < BLOCK / 2; i += Long.BYTES) {
      long a = bytes.get(I64, from + i);
      long b = bytes.get(I64, from + BLOCK / 2 + i);
      first += Swar.sum(a);
      second += Swar.sum(b);
      if (form.isVnni()) {
        packed.set(I64, to + i, a);
        packed.set(I64, to + BLOCK / 2 + i, b);
      } else {
        packed.set(I64, to + 2L * i, Swar.evenAndOdd((int) a));
        packed.set(I64, to + 2L * i + Long.BYTES, Swar.evenAndOdd((int) (a >>> 32)));
        packed.set(I64, to + BLOCK + 2L * i, Swar.evenAndOdd((int) b));
        packed.set(I64, to + BLOCK + 2L * i + Long.BYTES, Swar.evenAndOdd((int) (b >>> 32)));
      }
    }
    int one = startOfOne(type, true);
    boolean apart = type.format.scales() == 2;
    packed.set(I32, packedAt, one * (apart ? first : first + second));
    packed.set(I32, packedAt + Integer.BYTES, one * second);
    int all =
        type.format.minima() == BlockFormat.Minima.HALVES
            ? first & 0xFFFF | second << Short.SIZE
            : Float.floatToIntBits((float) (first + second));
    packed.set(I32, packedAt + PlaneTileAssembler.ALL, all);
  }

  /// Packs blocks of activations that lie behind each other.
  ///
  /// @param bytes 32 signed activations of each, at `from`
  /// @param scales one of each, at `scalesFrom`
  /// @param packedAt where the first packed block begins, with the others behind it
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public void packTokens(
      MemorySegment bytes,
      long from,
      MemorySegment scales,
      long scalesFrom,
      int blocks,
      MemorySegment packed,
      long packedAt) {
    if (packing == null) {
      for (int i = 0; i < blocks; i++) {
        float scale = Mem.f32(scales, scalesFrom + (long) Float.BYTES * i);
        long to = packedAt + (long) tokenBytes() * i;
        packToken(bytes, from + (long) BLOCK * i, scale, packed, to);
      }
      return;
    }
    if (blocks < 1) {
      throw new IllegalArgumentException(blocks + " blocks of tokens");
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(from, (long) BLOCK * blocks, bytes.byteSize());
    Objects.checkFromIndexSize(scalesFrom, (long) Float.BYTES * blocks, scales.byteSize());
    Objects.checkFromIndexSize(packedAt, (long) tokenBytes() * blocks, packed.byteSize());
    Places.checkWritable(packed);
    packing.call(bytes, from, scales, scalesFrom, 0, packed, packedAt, 0, blocks, 1, 0);
  }

  /// Begins or continues the products of a panel and some tokens.
  ///
  /// @param weightsAt where the first step begins, of steps behind each other
  /// @param activationsAt likewise, for the first token
  /// @param activationStride bytes from there to the next token's
  /// @param result 16 floats for each token
  /// @param resultStride bytes from one token's floats to the next one's
  /// @param resume whether to continue with what stands in `result`; else with +0
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public void multiply(
      MemorySegment weights,
      long weightsAt,
      MemorySegment activations,
      long activationsAt,
      long activationStride,
      MemorySegment result,
      long resultAt,
      long resultStride,
      int steps,
      int tokens,
      boolean resume) {
    if (steps < 1 || tokens < 1 || tokens > form.blockTokens) {
      throw new IllegalArgumentException("no tile of %d steps, %d tokens".formatted(steps, tokens));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(weightsAt, (long) steps * stepBytes, weights.byteSize());
    long tokenBytes = (long) steps * type.blocks() * tokenBytes();
    Places.check(activations, activationsAt, activationStride, tokenBytes, tokens);
    Places.check(result, resultAt, resultStride, (long) Float.BYTES * ROWS, tokens);
    Places.checkWritable(result);
    code.call(
        weights,
        weightsAt,
        activations,
        activationsAt,
        activationStride,
        result,
        resultAt,
        resultStride,
        steps,
        tokens,
        resume ? 1 : 0);
  }
}

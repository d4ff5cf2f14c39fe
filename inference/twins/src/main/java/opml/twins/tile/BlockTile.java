package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The product of blocks of 32 signed bytes with a scale each, as GGML's Q8_0 has them: 16 rows of weights by up to 4
/// tokens. Per row and token, `acc = +0`, and for each block in order `acc = fma((float) S, dw · dx, acc)`, where S is
/// the exact sum of the products (`spec/numerics.md`; the order that every block kernel has). NaNs have the bits that
/// the processor gave them; whoever stores results makes them canonical.
///
/// A packed block of weights is the scales of 16 rows, then their bytes plus 128, unsigned, in groups: group, row,
/// element. A packed block of a token is `-128 · Σ x`, where its sums start, so that the 128 falls out; then its scale;
/// then its bytes.
public final class BlockTile {
  /// Elements of a block.
  public static final int BLOCK = 32;

  /// Rows of weights.
  public static final int ROWS = 16;

  /// The most tokens.
  public static final int TOKENS = 4;

  /// Bytes of a packed block of weights.
  public static final long WEIGHT_BYTES = ROWS * (Float.BYTES + BLOCK);

  /// Bytes before those of a token's block.
  static final int TOKEN_HEADER = Integer.BYTES + Float.BYTES;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TileForm form;
  private final TileCode code;

  BlockTile(TileForm form, TileCode code) {
    this.form = form;
    this.code = code;
  }

  /// {@return bytes of a packed block of a token}
  public long tokenBytes() {
    return TOKEN_HEADER + (long) BLOCK * form.activationBytes();
  }

  /// Packs one row's block of weights. Rows that are not there may hold anything, and their results are then nothing.
  ///
  /// @param bytes 32 signed weights, at `from`
  /// @param row which row of the panel
  /// @param packedAt where the panel's block begins
  public void packWeights(
      MemorySegment bytes, long from, float scale, int row, MemorySegment packed, long packedAt) {
    Objects.checkIndex(row, ROWS);
    packed.set(F32, packedAt + (long) Float.BYTES * row, scale);
    long groups = packedAt + (long) Float.BYTES * ROWS;
    for (int i = 0; i < BLOCK; i += form.group) {
      long to = groups + (long) i * ROWS + (long) row * form.group;
      if (form.isVnni()) {
        packed.set(I32, to, bytes.get(I32, from + i) ^ (int) Swar.SIGNS);
      } else {
        packed.set(I16, to, (short) (bytes.get(I16, from + i) ^ (int) Swar.SIGNS));
      }
    }
  }

  /// Packs one token's block of activations.
  ///
  /// @param bytes 32 signed activations, at `from`
  /// @param packedAt where its block begins
  public void packToken(
      MemorySegment bytes, long from, float scale, MemorySegment packed, long packedAt) {
    int sum = 0;
    long to = packedAt + TOKEN_HEADER;
    for (int i = 0; i < BLOCK; i += Long.BYTES) {
      long eight = bytes.get(I64, from + i);
      sum += Swar.sum(eight);
      if (form.isVnni()) {
        packed.set(I64, to + i, eight);
      } else {
        packed.set(I64, to + 2L * i, Swar.widen((int) eight));
        packed.set(I64, to + 2L * i + Long.BYTES, Swar.widen((int) (eight >>> 32)));
      }
    }
    packed.set(I32, packedAt, -128 * sum);
    packed.set(F32, packedAt + Integer.BYTES, scale);
  }

  /// Begins or continues the products of a panel and some tokens.
  ///
  /// @param weightsAt where the first block begins, of blocks behind each other
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
      int blocks,
      int tokens,
      boolean resume) {
    if (blocks < 1 || tokens < 1 || tokens > TOKENS) {
      throw new IllegalArgumentException(
          "no tile of %d blocks, %d tokens".formatted(blocks, tokens));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(weightsAt, blocks * WEIGHT_BYTES, weights.byteSize());
    Places.check(activations, activationsAt, activationStride, blocks * tokenBytes(), tokens);
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
        blocks,
        tokens,
        resume ? 1 : 0);
  }
}

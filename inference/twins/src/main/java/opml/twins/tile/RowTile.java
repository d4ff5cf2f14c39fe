package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The product of rows of floats: 16 rows of weights by a few tokens. Per row and token, a chain of fma from +0, which
/// is added to what stands in the result, or to +0: one chunk of a DOT (`spec/numerics.md`). NaNs have the bits that
/// the processor gave them; whoever stores results makes them canonical.
///
/// A packed panel has the weights of all rows for one element after the other, as wide as in the file; tokens are not
/// packed.
public final class RowTile {
  /// Rows of weights.
  public static final int ROWS = 16;

  /// Products of a chunk.
  public static final int CHUNK = 256;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TileForm form;
  private final RowType type;
  private final TileCode code;

  RowTile(TileForm form, RowType type, TileCode code) {
    this.form = form;
    this.type = type;
    this.code = code;
  }

  RowType type() {
    return type;
  }

  /// {@return the most tokens}
  public int tokens() {
    return form.rowTokens;
  }

  /// Packs one row. Rows that are not there may hold anything, and their results are then nothing.
  ///
  /// @param row which row of the panel
  /// @param packedAt where the panel begins
  void packWeights(
      MemorySegment file, long from, int k, int row, MemorySegment packed, long packedAt) {
    Objects.checkIndex(row, ROWS);
    long to = packedAt + (long) row * type.bytes;
    long step = (long) ROWS * type.bytes;
    for (int i = 0; i < k; i++) {
      if (type == RowType.F32) {
        packed.set(I32, to + step * i, file.get(I32, from + (long) Float.BYTES * i));
      } else {
        packed.set(I16, to + step * i, file.get(I16, from + (long) Short.BYTES * i));
      }
    }
  }

  /// Multiplies a chunk of a panel and some tokens.
  ///
  /// @param weightsAt where the chunk begins in its panel
  /// @param x floats, of which those of the first token begin at `xAt`
  /// @param xStride bytes from there to the next token's
  /// @param result 16 floats for each token
  /// @param resultStride bytes from one token's floats to the next one's
  /// @param resume whether to add to what stands in `result`; else to +0
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public void multiply(
      MemorySegment weights,
      long weightsAt,
      MemorySegment x,
      long xAt,
      long xStride,
      MemorySegment result,
      long resultAt,
      long resultStride,
      int count,
      int tokens,
      boolean resume) {
    if (count < 1 || tokens < 1 || tokens > form.rowTokens) {
      throw new IllegalArgumentException(
          "no tile of %d products, %d tokens".formatted(count, tokens));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    long bytes = (long) count * ROWS * type.bytes;
    Objects.checkFromIndexSize(weightsAt, bytes, weights.byteSize());
    Places.check(x, xAt, xStride, (long) Float.BYTES * count, tokens);
    Places.check(result, resultAt, resultStride, (long) Float.BYTES * ROWS, tokens);
    Places.checkWritable(result);
    code.call(
        weights,
        weightsAt,
        x,
        xAt,
        xStride,
        result,
        resultAt,
        resultStride,
        count,
        tokens,
        resume ? 1 : 0);
  }
}

package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

  private static final int PACKED_AT_ONCE = 64;

  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

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

  /// Packs rows of a panel. Those that are not there may hold anything, and their results are then nothing.
  ///
  /// @param file rows of k elements behind each other
  void packWeights(byte[] file, int k, int rows, byte[] packed) {
    // A few elements of all rows at a time: what is written is then in the first-level cache.
    for (int first = 0; first < k; first += PACKED_AT_ONCE) {
      int count = Math.min(k - first, PACKED_AT_ONCE);
      for (int row = 0; row < rows; row++) {
        int from = type.bytes * (row * k + first);
        int to = type.bytes * (ROWS * first + row);
        if (type == RowType.F32) {
          fours(file, from, count, packed, to);
        } else {
          twos(file, from, count, packed, to);
        }
      }
    }
  }

  private static void fours(byte[] file, int from, int count, byte[] packed, int to) {
    for (int i = 0; i < count; i++) {
      INT32.set(packed, to + Float.BYTES * ROWS * i, (int) INT32.get(file, from + Float.BYTES * i));
    }
  }

  private static void twos(byte[] file, int from, int count, byte[] packed, int to) {
    for (int i = 0; i < count; i++) {
      short two = (short) INT16.get(file, from + Short.BYTES * i);
      INT16.set(packed, to + Short.BYTES * ROWS * i, two);
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

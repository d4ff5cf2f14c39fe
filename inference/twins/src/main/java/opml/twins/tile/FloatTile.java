package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The innermost loop of products of floats: fma chains from +0 of at most 256 products, for a few rows of a and some
/// vectors of b at once, as the Vector API's tiles do it. What HotSpot makes of those depends on what it has inlined
/// into them, and when; this does not.
///
/// a is packed row beside row: the elements of one k together.
public final class FloatTile {
  /// The most rows.
  public static final int ROWS = 6;

  /// The most accumulators.
  private static final int MOST = 12;

  private final TileForm form;
  private final TileCode apart;
  private final TileCode byTable;

  FloatTile(TileForm form, TileCode apart, TileCode byTable) {
    this.form = form;
    this.apart = apart;
    this.byTable = byTable;
  }

  /// {@return how many vectors beside each other a tile of so many rows has}
  public static int vectors(int rows) {
    return MOST / rows;
  }

  /// {@return bytes of a vector}
  public int vectorBytes() {
    return form.vectorBytes;
  }

  /// {@return bytes of a row of the result of a tile of so many rows}
  public int width(int rows) {
    return vectors(rows) * form.vectorBytes;
  }

  /// One strip, of b packed likewise: the vectors of one k behind those of the one before.
  ///
  /// @param count of products, at least 1
  /// @param rows at most [#ROWS]
  /// @param outRow bytes from one row of the result to the next
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public void packed(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int count,
      int rows,
      MemorySegment out,
      long outAt,
      long outRow) {
    requireSizes(count, rows, 1);
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    long step = width(rows);
    Objects.checkFromIndexSize(aAt, (long) Float.BYTES * rows * count, a.byteSize());
    Objects.checkFromIndexSize(bAt, step * count, b.byteSize());
    Places.check(out, outAt, outRow, step, rows);
    Places.checkWritable(out);
    apart.call(a, aAt, b, bAt, step, out, outAt, outRow, -count, rows, 1);
  }

  /// Strips beside each other, of which each begins where the one before ends, in b as in the result.
  ///
  /// @param tableAt where, in the memory of a, an int64 for each product says how far behind `bAt` its vectors are;
  ///     none is below 0 or above `reach`
  /// @param count of products, at least 1
  /// @param rows at most [#ROWS]
  /// @param strips at least 1
  /// @param outRow bytes from one row of the result to the next
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public void byTable(
      MemorySegment a,
      long aAt,
      long tableAt,
      long reach,
      MemorySegment b,
      long bAt,
      int count,
      int rows,
      int strips,
      MemorySegment out,
      long outAt,
      long outRow) {
    requireSizes(count, rows, strips);
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    long all = (long) width(rows) * strips;
    Objects.checkFromIndexSize(aAt, (long) Float.BYTES * rows * count, a.byteSize());
    Objects.checkFromIndexSize(tableAt, (long) Long.BYTES * count, a.byteSize());
    Objects.checkFromIndexSize(bAt, reach + all, b.byteSize());
    Places.check(out, outAt, outRow, all, rows);
    Places.checkWritable(out);
    long tableEnd = tableAt + (long) Long.BYTES * count;
    byTable.call(a, aAt, b, bAt, tableEnd, out, outAt, outRow, -count, rows, strips);
  }

  private static void requireSizes(int count, int rows, int strips) {
    if (count < 1 || rows < 1 || rows > ROWS || strips < 1) {
      throw new IllegalArgumentException(
          "no tile of %d products, %d rows, %d strips".formatted(count, rows, strips));
    }
  }
}

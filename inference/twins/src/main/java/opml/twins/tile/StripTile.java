package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// The innermost loop of products of floats whose rows lie beside each other: fma chains from +0 of at most 256
/// products, for some rows of a, where they are, and a packed strip of b, two vectors wide. With 32 registers it takes
/// twice as many rows at once as a [FloatTile], and it adds a chunk to the sums of those before while they are in
/// registers.
public final class StripTile {
  /// Vectors of a strip.
  public static final int VECTORS = 2;

  /// What is added to the number of rows if the tile adds to what is there.
  static final int ADDS = 16;

  /// Bytes that a tile asks for with each product where many pass a strip. More at once, and what the products wait for
  /// themselves would have to wait.
  static final int SHARE = 16;

  private final TileForm form;
  private final TileCode few;
  private final TileCode many;
  private final TileCode packed;

  /// @param few for strips that few tiles pass
  /// @param many for strips that many pass
  /// @param packed for rows that are packed
  StripTile(TileForm form, TileCode few, TileCode many, TileCode packed) {
    this.form = form;
    this.few = few;
    this.many = many;
    this.packed = packed;
  }

  /// {@return the most rows}
  public int rows() {
    return rows(form);
  }

  /// Their accumulators, with a strip's vectors and one of a, fill the registers, or hide the four cycles of an fma.
  static int rows(TileForm form) {
    return form.registers == 32 ? 12 : 6;
  }

  /// {@return the first row of a tile of so many that share rows: each has as many as the others, or one less}
  public static int firstRow(int rows, int tile, int tiles) {
    return (int) ((long) rows * tile / tiles);
  }

  /// {@return bytes of a vector}
  public int vectorBytes() {
    return form.vectorBytes;
  }

  /// {@return how many tiles have to pass a strip so that their shares are a whole one}
  public int many() {
    return VECTORS * form.vectorBytes / SHARE;
  }

  /// {@return bytes that a tile of so many products asks for, where many pass a strip}
  public static long share(int count) {
    return (long) SHARE * count;
  }

  /// `out = chunk`, or `out = out + chunk`, where few tiles pass a strip. Each asks for the next chunk of b.
  ///
  /// @param aRow bytes from one row of a to the next; the elements of a row are beside each other
  /// @param b the vectors of one k behind those of the one before
  /// @param count of products, at least 1
  /// @param rows at most [#rows()]
  /// @param outRow bytes from one row of the result to the next
  /// @param adds whether to what is there
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public void run(
      MemorySegment a,
      long aAt,
      long aRow,
      MemorySegment b,
      long bAt,
      int count,
      int rows,
      MemorySegment out,
      long outAt,
      long outRow,
      boolean adds) {
    checkLeft(a, aAt, aRow, count, rows);
    run(few, a, aAt, aRow, b, bAt, count, rows, out, outAt, outRow, adds, 0);
  }

  /// The same where many tiles pass a strip. Each asks for a [#share] of what comes behind.
  ///
  /// @param ahead bytes from b's place to the share, which may be anywhere: nothing fails
  public void runOneOfMany(
      MemorySegment a,
      long aAt,
      long aRow,
      MemorySegment b,
      long bAt,
      int count,
      int rows,
      MemorySegment out,
      long outAt,
      long outRow,
      boolean adds,
      long ahead) {
    checkLeft(a, aAt, aRow, count, rows);
    run(many, a, aAt, aRow, b, bAt, count, rows, out, outAt, outRow, adds, ahead);
  }

  /// The same where the elements of a for one k are beside each other, those of the next behind them.
  public void runPacked(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int count,
      int rows,
      MemorySegment out,
      long outAt,
      long outRow,
      boolean adds) {
    Objects.checkFromIndexSize(aAt, (long) Float.BYTES * count * rows, a.byteSize());
    run(packed, a, aAt, 0, b, bAt, count, rows, out, outAt, outRow, adds, 0);
  }

  private static void checkLeft(MemorySegment a, long aAt, long aRow, int count, int rows) {
    // Rows of a may overlap, as those of windows do.
    long reach = Math.addExact(Math.multiplyExact(rows - 1, aRow), (long) Float.BYTES * count);
    Objects.checkFromIndexSize(aAt, reach, a.byteSize());
  }

  private void run(
      TileCode code,
      MemorySegment a,
      long aAt,
      long aRow,
      MemorySegment b,
      long bAt,
      int count,
      int rows,
      MemorySegment out,
      long outAt,
      long outRow,
      boolean adds,
      long ahead) {
    if (count < 1 || rows < 1 || rows > rows()) {
      throw new IllegalArgumentException("no tile of %d products, %d rows".formatted(count, rows));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    long width = (long) VECTORS * form.vectorBytes;
    Objects.checkFromIndexSize(bAt, width * count, b.byteSize());
    Places.check(out, outAt, outRow, width, rows);
    Places.checkWritable(out);
    int body = adds ? ADDS + rows : rows;
    code.call(a, aAt, b, bAt, aRow, out, outAt, outRow, count, body, ahead);
  }
}

package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Convolutions of a plane by three by three weights, for 16 outputs beside each other. The windows are one or two
/// elements apart, both ways; elements and outputs are as wide as each other.
///
/// What a call needs is written into a table before.
public abstract sealed class DepthwiseTile permits ByteDepthwiseTile, FloatDepthwiseTile {
  /// Rows, and columns, of a window.
  public static final int SIDE = 3;

  /// Cells of a window.
  public static final int CELLS = SIDE * SIDE;

  /// Outputs of a vector.
  public static final int LANES = ByteEndTile.LANES;

  private final TileCode one;
  private final TileCode two;
  private final int elementBytes;
  private final int tableBytes;
  private final int slack;

  /// @param one for windows that are one element apart
  /// @param two for those that are two
  /// @param slack elements of a plane that are read behind the first one that the last vector of windows sees
  DepthwiseTile(TileCode one, TileCode two, int elementBytes, int tableBytes, int slack) {
    this.one = one;
    this.two = two;
    this.elementBytes = elementBytes;
    this.tableBytes = tableBytes;
    this.slack = slack;
  }

  /// {@return elements of a row, or a column, of a plane, all of which some window sees}
  ///
  /// @param outputs of the row
  /// @param stride elements from one window to the next
  public static int length(int outputs, int stride) {
    return (outputs - 1) * stride + SIDE;
  }

  /// {@return outputs of a row that a tile writes, of which the last are nobody's}
  public static int written(int width) {
    return Math.ceilDiv(width, LANES) * LANES;
  }

  /// Writes rows of outputs, the last vectors of each first, so that what goes over its end is written again with the
  /// next; but less than a vector behind the last row's.
  ///
  /// @param stride 1 or 2, as the table was begun for
  /// @param xRow bytes from one row of the plane to the next, as many elements as [#length] has it, or more
  /// @param yRow bytes from one row of outputs to the next
  /// @param width outputs of a row
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  public final void run(
      MemorySegment table,
      long tableAt,
      int stride,
      MemorySegment x,
      long xAt,
      long xRow,
      MemorySegment y,
      long yAt,
      long yRow,
      int width,
      int rows) {
    if (stride < 1 || stride > 2 || width < 1 || rows < 1 || yRow < 1 || xRow < 1) {
      throw new IllegalArgumentException(
          "no tile of %d rows of %d, %d apart".formatted(rows, width, stride));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(tableAt, tableBytes, table.byteSize());
    long row = (long) elementBytes * written(width);
    long last = row - (long) elementBytes * LANES; // where a row's last vector begins
    long reach = Math.multiplyExact((rows - 1L) * stride + SIDE - 1, xRow);
    long beyond = last * stride + (long) elementBytes * slack;
    Objects.checkFromIndexSize(xAt, Math.addExact(reach, beyond), x.byteSize());
    Objects.checkFromIndexSize(yAt, Math.multiplyExact(rows - 1L, yRow) + row, y.byteSize());
    Places.checkWritable(y);
    TileCode code = stride == 1 ? one : two;
    code.call(table, tableAt, x, xAt, xRow, y, yAt, yRow, rows, last, 0);
  }
}

package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Convolutions of a plane of unsigned bytes by three by three signed ones, whose sums it ends as a [ByteEndTile] does:
/// three dot products for 16 outputs beside each other. The windows are one or two elements apart, both ways.
///
/// What a call needs is written into a table before: [#begin], then [#plane].
public final class ByteDepthwiseTile extends DepthwiseTile {
  /// Bytes of a plane that are read beyond its last window.
  public static final int SLACK = 64;

  // the table, after what it shares with that of a ByteEndTile, of one channel
  static final int GROUPS = 192;
  static final int SPREAD = 256;
  static final int UPPER_HALF = 320;
  static final int WEIGHTS = 384;

  /// Bytes of the table.
  public static final int TABLE_BYTES = WEIGHTS + SIDE * Integer.BYTES;

  private static final int LANES_OF_128_BITS = 4;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// @param one for windows that are one element apart
  /// @param two for those that are two
  ByteDepthwiseTile(TileCode one, TileCode two) {
    super(one, two, Byte.BYTES, TABLE_BYTES, SLACK);
  }

  /// Writes what all planes have in common.
  ///
  /// @param stride 1 or 2
  /// @param zero of the output
  /// @param unsigned whether outputs are
  public static void begin(
      MemorySegment table, long tableAt, int stride, int zero, boolean unsigned) {
    ByteEndTile.begin(table, tableAt, zero, unsigned);
    for (int lane = 0; lane < LANES; lane++) {
      // In each 128 bits the elements of four windows: some four bytes of memory, and those behind
      // them.
      int quarter = lane / LANES_OF_128_BITS;
      int window = lane % LANES_OF_128_BITS;
      long at = tableAt + (long) Integer.BYTES * lane;
      table.set(I32, at + GROUPS, (stride * quarter + window) % LANES);
      table.set(I32, at + SPREAD, 0x0302_0100 + stride * window * 0x0101_0101);
      table.set(I32, at + UPPER_HALF, (LANES / 2 + lane) % LANES);
    }
  }

  /// Writes what a plane has for itself.
  ///
  /// @param multiplier in 0..2^31-1
  /// @param shift in 1..62
  /// @param bias added to its sums, modulo 2^32
  /// @param weights where three int32 are, each the bytes of a row of the window, the highest byte 0
  public static void plane(
      MemorySegment table,
      long tableAt,
      int multiplier,
      int shift,
      int bias,
      MemorySegment weights,
      long weightsAt) {
    ByteEndTile.channel(table, tableAt, 0, multiplier, shift, bias);
    for (int row = 0; row < SIDE; row++) {
      long at = (long) Integer.BYTES * row;
      table.set(I32, tableAt + WEIGHTS + at, weights.get(I32, weightsAt + at));
    }
  }

  /// {@return the bytes of a row of the window as the dot product takes them}
  public static int group(int first, int second, int third) {
    return first & 255 | (second & 255) << Byte.SIZE | (third & 255) << 2 * Byte.SIZE;
  }
}

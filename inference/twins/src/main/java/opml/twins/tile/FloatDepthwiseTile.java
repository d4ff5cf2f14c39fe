package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import opml.kernels.memory.Mem;

/// Convolutions of a plane of floats by three by three others: a chain of nine products from +0 for each of 16 outputs
/// beside each other, to which a bias is added, between bounds. The windows are one or two elements apart, both ways.
///
/// What a call needs is written into a table before: [#begin], then [#plane].
public final class FloatDepthwiseTile extends DepthwiseTile {
  /// Floats of a plane that are read beyond the first element of its last vector of windows.
  public static final int SLACK = 2 * LANES + SIDE - 1;

  // the table
  static final int WEIGHTS = 0;
  static final int BIAS = CELLS * Float.BYTES;
  static final int LEAST = BIAS + Float.BYTES;
  static final int MOST = LEAST + Float.BYTES;
  static final int NAN = MOST + Float.BYTES;
  static final int KINDS = NAN + Float.BYTES;
  static final int EVEN = 64;
  static final int ODD = 128;

  /// Bytes of the table.
  public static final int TABLE_BYTES = 192;

  /// What VFIXUPIMMPS does with each kind of float, four bits each, the lowest those of quiet NaNs and of others: they
  /// become what stood there before, all else is taken.
  private static final int NANS_AS_BEFORE = 0x1111_1100;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// @param one for windows that are one element apart
  /// @param two for those that are two
  FloatDepthwiseTile(TileCode one, TileCode two) {
    super(one, two, Float.BYTES, TABLE_BYTES, SLACK);
  }

  /// Writes what all planes have in common.
  ///
  /// @param least no NaN
  /// @param most no NaN, and not -0
  public static void begin(MemorySegment table, long tableAt, float least, float most) {
    table.set(F32, tableAt + LEAST, least);
    table.set(F32, tableAt + MOST, most);
    table.set(I32, tableAt + NAN, Mem.CANONICAL_NAN);
    table.set(I32, tableAt + KINDS, NANS_AS_BEFORE);
    for (int lane = 0; lane < LANES; lane++) {
      long at = tableAt + (long) Integer.BYTES * lane;
      table.set(I32, at + EVEN, 2 * lane);
      table.set(I32, at + ODD, 2 * lane + 1);
    }
  }

  /// Writes what a plane has for itself.
  ///
  /// @param weights where nine floats are, row by row
  public static void plane(
      MemorySegment table, long tableAt, MemorySegment weights, long weightsAt, float bias) {
    MemorySegment.copy(weights, weightsAt, table, tableAt + WEIGHTS, (long) Float.BYTES * CELLS);
    // A chain from +0 is never -0; the tile's, which begins with a product, may be. With +0 for -0
    // as its bias, their sums are the same.
    table.set(F32, tableAt + BIAS, bias + 0f);
  }
}

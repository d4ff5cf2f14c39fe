package opml.twins.call;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;

/// `quantize.rows`.
///
/// @param counter which integer of the control slot counts the rows
/// @param first number of the tile's first row
/// @param rows at most
/// @param blocks of a row, each of 32 elements
public record QuantiseRowsCall(int counter, int first, int rows, int blocks) implements TwinCall {
  private static final int BLOCK = 32;

  public static QuantiseRowsCall of(long[] s) {
    return new QuantiseRowsCall((int) s[0], (int) s[1], (int) s[2], (int) s[3]);
  }

  /// {@return rows that there are now}
  public int tokens(MemorySegment control) {
    return new Tile(control, counter, first, rows).count();
  }

  /// Throws where the reference would.
  ///
  /// @throws IndexOutOfBoundsException if a segment is too short for so many rows
  public void check(MemorySegment[] segments, int tokens) {
    long all = (long) tokens * blocks;
    TwinCall.check(segments, 1, Float.BYTES * BLOCK * all);
    TwinCall.check(segments, 2, BLOCK * all);
    TwinCall.check(segments, 3, Float.BYTES * all);
  }

  @Override
  public long[] extents() {
    boolean inOrder = counter >= 0 && first >= 0;
    return new long[] {
      inOrder ? Extent.dense(4, Math.max(counter, 2) + 1) : 0,
      Extent.dense(4, rows, blocks, BLOCK),
      Extent.dense(1, rows, blocks, BLOCK),
      Extent.dense(4, rows, blocks)
    };
  }
}

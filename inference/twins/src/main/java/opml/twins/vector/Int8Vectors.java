package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Products of 8-bit integers as floats, exact in chunks of 256: the Vector API has no product of bytes, those of ints
/// are slow on many processors, and fma is fast on all.
///
/// @param rows six, or one with wide rows
record Int8Vectors(int rows) {
  /// {@return the tile for products of so many rows}
  static Int8Vectors of(int rows) {
    return new Int8Vectors(rows == 1 ? 1 : 6);
  }

  public int columns() {
    return rows == 1 ? Tiles.VECTORS * COUNT : 2 * COUNT;
  }

  public long leftBytes(int k) {
    return Lanes.aligned(4L * rows * k);
  }

  public long rightBytes(int k) {
    return 4L * columns() * k;
  }

  public long scratchBytes() {
    return Tiles.SIZE;
  }

  public void packLeft(
      MemorySegment bytes, long at, Layout layout, int there, int k, MemorySegment to, long toAt) {
    for (int row = 0; row < rows; row++) {
      long from = at + row * layout.row();
      long into = toAt + 4L * row;
      if (row < there) {
        unpack(bytes, from, layout.column(), layout, to, into, 4L * rows, k);
      } else {
        for (int i = 0; i < k; i++) {
          Mem.putI32(to, into + 4L * rows * i, 0);
        }
      }
    }
  }

  public void packRight(
      MemorySegment bytes, long at, Layout layout, int there, int k, MemorySegment to, long toAt) {
    for (int i = 0; i < k; i++) {
      long into = toAt + 4L * columns() * i;
      unpack(bytes, at + i * layout.row(), layout.column(), layout, to, into, 4, there);
      Rows.fill(to, into + 4L * there, 0f, columns() - there);
    }
  }

  public void multiply(
      MemorySegment left,
      long leftAt,
      MemorySegment right,
      long rightAt,
      int k,
      MemorySegment sums,
      long sumsAt,
      MemorySegment scratch,
      long scratchAt) {
    for (int from = 0; from < k; from += Sums.CHUNK) {
      int count = Math.min(Sums.CHUNK, k - from);
      long aAt = leftAt + 4L * rows * from;
      long bAt = rightAt + 4L * columns() * from;
      if (rows == 1) {
        Tiles.row(left, aAt, right, bAt, count, scratch, scratchAt);
      } else {
        Tiles.six(left, aAt, right, bAt, count, scratch, scratchAt, 4L * columns());
      }
      if (from == 0) {
        Sums.setInts(sums, sumsAt, scratch, scratchAt, Tiles.VECTORS);
      } else {
        Sums.addInts(sums, sumsAt, scratch, scratchAt, Tiles.VECTORS);
      }
    }
  }

  /// Writes the differences as floats, `toStep` bytes apart.
  private static void unpack(
      MemorySegment bytes,
      long from,
      long fromStep,
      Layout layout,
      MemorySegment to,
      long toAt,
      long toStep,
      int count) {
    Rows.unpack(bytes, from, fromStep, layout.mask(), layout.zero(), to, toAt, toStep, count);
  }

  /// How an operand of 8-bit integers lies in memory, and what its bytes mean.
  ///
  /// @param row bytes from one row to the next
  /// @param column bytes from one column to the next
  /// @param zero what is taken off each
  record Layout(long row, long column, int zero, boolean unsigned) {
    /// {@return what a sign-extended byte is masked with}
    int mask() {
      return unsigned ? 255 : -1;
    }
  }
}

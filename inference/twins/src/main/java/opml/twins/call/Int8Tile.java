package opml.twins.call;

import java.lang.foreign.MemorySegment;

/// The innermost part of products of 8-bit integers: a few rows times a few columns, over all of k, into int32 sums
/// that wrap. What code does it, and how its operands are laid out, is its own matter; both are packed by it first.
///
/// All memory that it packs into and multiplies from is native and aligned to 64 bytes.
public interface Int8Tile {
  /// {@return the rows of a tile}
  int rows();

  /// {@return the columns of a tile}
  int columns();

  /// {@return the bytes of a tile's packed rows}
  long leftBytes(int k);

  /// {@return the bytes of a tile's packed columns}
  long rightBytes(int k);

  /// {@return the bytes that [#multiply] is lent}
  long scratchBytes();

  /// Packs rows of `(rows, k)`.
  ///
  /// @param bytes that the operand's are among, the first at `at`
  /// @param rows that there are, at most a tile's
  void packLeft(
      MemorySegment bytes, long at, Layout layout, int rows, int k, MemorySegment to, long toAt);

  /// Packs columns of `(k, columns)`.
  ///
  /// @param bytes that the operand's are among, the first at `at`
  /// @param columns that there are, at most a tile's
  void packRight(
      MemorySegment bytes, long at, Layout layout, int columns, int k, MemorySegment to, long toAt);

  /// `sums[i, j] = Σ (a[i, l] - aZero) · (b[l, j] - bZero)` for all rows and columns of a tile, row by row; those that
  /// are not there may get anything.
  void multiply(
      MemorySegment left,
      long leftAt,
      MemorySegment right,
      long rightAt,
      int k,
      MemorySegment sums,
      long sumsAt,
      MemorySegment scratch,
      long scratchAt);

  /// How an operand of 8-bit integers lies in memory, and what its bytes mean.
  ///
  /// @param row bytes from one row to the next
  /// @param column bytes from one column to the next
  /// @param zero what is taken off each
  record Layout(long row, long column, int zero, boolean unsigned) {
    /// {@return what a sign-extended byte is masked with}
    public int mask() {
      return unsigned ? 255 : -1;
    }
  }
}

package opml.kernels.layout;

import java.lang.foreign.MemorySegment;

/// Matrices of floats, one behind the other.
///
/// @param batch elements from one to the next; 0 where all are the same
/// @param row elements from one row to the next
/// @param column elements from one column to the next
public record Matrices(MemorySegment data, int batch, int row, int column) {
  /// {@return the row i of matrix t}
  public Strided rowAt(int t, int i) {
    return new Strided(data, 4 * (t * batch + i * row), 4 * column);
  }

  /// {@return the column j of matrix t}
  public Strided columnAt(int t, int j) {
    return new Strided(data, 4 * (t * batch + j * column), 4 * row);
  }
}

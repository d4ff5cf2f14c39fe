package opml.kernels.layout;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// A matrix of floats. Strides are swapped for a transposed one, and 0 where a row or a column is repeated.
///
/// @param row elements from one row to the next
/// @param column elements from one column to the next
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the operators
public record Matrix(MemorySegment data, int row, int column) {
  /// {@return the row i}
  public Strided rowAt(int i) {
    return new Strided(data, 4 * i * row, 4 * column);
  }

  /// {@return the column j}
  public Strided columnAt(int j) {
    return new Strided(data, 4 * j * column, 4 * row);
  }

  /// {@return the element in row i and column j}
  public float get(int i, int j) {
    return Mem.f32(data, 4 * (i * row + j * column));
  }
}

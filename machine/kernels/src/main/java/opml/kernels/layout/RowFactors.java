package opml.kernels.layout;

/// Which factor and addend an element of a normalised row has.
///
/// @param period rows after which the factors begin again, at least 1
/// @param perRow factors from one row to the next
/// @param inner neighbours in a row that share one, at least 1
public record RowFactors(int period, int perRow, int inner) {
  /// {@return the number of the factor of element j of a row}
  public int of(int row, int j) {
    return row % period * perRow + j / inner;
  }
}

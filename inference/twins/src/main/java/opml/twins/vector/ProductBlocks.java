package opml.twins.vector;

/// Rows cut into blocks that fit into the first cache: the units of what works element by element.
///
/// @param rows their number
/// @param length elements of a row
record ProductBlocks(int rows, int length) {
  /// Elements of a block, but for the last of a row.
  static final int SIZE = 2048;

  int perRow() {
    return (length + SIZE - 1) / SIZE;
  }

  int units() {
    return rows * perRow();
  }

  int row(int unit) {
    return unit / perRow();
  }

  /// {@return the first element of a unit, in its row}
  int first(int unit) {
    return unit % perRow() * SIZE;
  }

  /// {@return the elements of a unit}
  int count(int unit) {
    return Math.min(SIZE, length - first(unit));
  }
}

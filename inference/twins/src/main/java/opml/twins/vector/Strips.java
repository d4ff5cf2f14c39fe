package opml.twins.vector;

/// How the columns of a product are cut: into strips of two vectors for tiles of six rows, or, for a single row, of
/// twelve vectors, and of four behind them.
///
/// @param columns of the product
/// @param single whether it has one row
record Strips(int columns, boolean single) {
  private static final int PAIR = 2 * Lanes.COUNT;
  private static final int WIDE = Tiles.VECTORS * Lanes.COUNT;
  private static final int NARROW = Tiles.NARROW * Lanes.COUNT;

  int count() {
    return single ? wide() + ceil(columns % WIDE, NARROW) : ceil(columns, PAIR);
  }

  /// {@return the first column of a strip}
  int first(int strip) {
    if (!single) {
      return strip * PAIR;
    }
    return strip < wide() ? strip * WIDE : wide() * WIDE + (strip - wide()) * NARROW;
  }

  /// {@return the columns that fill a strip}
  int width(int strip) {
    if (!single) {
      return PAIR;
    }
    return strip < wide() ? WIDE : NARROW;
  }

  /// {@return the columns of a strip that the product has}
  int used(int strip) {
    return Math.min(width(strip), columns - first(strip));
  }

  /// {@return the columns of all strips}
  int padded() {
    int last = count() - 1;
    return first(last) + width(last);
  }

  /// {@return the most columns of a strip}
  int widest() {
    return width(0);
  }

  private int wide() {
    return columns / WIDE;
  }

  private static int ceil(int value, int by) {
    return (value + by - 1) / by;
  }
}

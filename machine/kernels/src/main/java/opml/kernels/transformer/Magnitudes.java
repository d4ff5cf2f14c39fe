package opml.kernels.transformer;

/// What IQ2_XXS's bytes stand for, for whoever has to take such weights apart. In a class of its own, because a public
/// method beside kernels is one.
public final class Magnitudes {
  private Magnitudes() {}

  /// {@return eight magnitudes, 8, 25 or 43 each, the first in the lowest byte}
  ///
  /// @param number a byte of the weights, unsigned
  public static long of(int number) {
    return LinearTables.GRID[number];
  }
}

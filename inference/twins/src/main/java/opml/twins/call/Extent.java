package opml.twins.call;

/// How far loops reach into an operand.
final class Extent {
  private static final long MOST = 1L << 40;

  private Extent() {}

  /// {@return the bytes up to the last element that nested loops reach; 0 if a count is below 1 or a stride below 0}
  ///
  /// @param width bytes of an element
  /// @param countsAndStrides of each loop, in elements
  static long of(int width, int... countsAndStrides) {
    long last = 0;
    for (int i = 0; i < countsAndStrides.length; i += 2) {
      if (countsAndStrides[i] < 1 || countsAndStrides[i + 1] < 0) {
        return 0;
      }
      last += (countsAndStrides[i] - 1L) * countsAndStrides[i + 1];
      if (last > MOST) {
        return Long.MAX_VALUE;
      }
    }
    return width * (last + 1);
  }

  /// {@return the bytes of a dense tensor; 0 if a dimension is below 1}
  static long dense(int width, int... dimensions) {
    long elements = 1;
    for (int dimension : dimensions) {
      if (dimension < 1) {
        return 0;
      }
      elements *= dimension;
      if (elements > MOST) {
        return Long.MAX_VALUE;
      }
    }
    return width * elements;
  }
}

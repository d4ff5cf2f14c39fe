package opml.lab.bench.checkout;

/// How many of some things are as they must be.
///
/// @param total 0 or more
/// @param right of them, at most all
public record Count(int total, int right) {
  public Count {
    if (total < 0 || right < 0 || right > total) {
      throw new IllegalArgumentException(right + " right of " + total);
    }
  }

  /// {@return whether there are some, and all are right}
  public boolean whole() {
    return total > 0 && right == total;
  }
}

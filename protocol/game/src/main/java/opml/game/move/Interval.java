package opml.game.move;

/// Consecutive steps of a trace.
///
/// @param first the first step, which is also the index of the state before it
/// @param length how many steps, at least 1
public record Interval(long first, long length) {
  public Interval {
    if (first < 0 || length < 1 || first > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException("not an interval: " + length + " steps from " + first);
    }
  }

  /// {@return the index of the state after the last step}
  public long end() {
    return first + length;
  }

  /// {@return whether one step is left, so that it must be refined or executed}
  public boolean isSingleStep() {
    return length == 1;
  }

  /// {@return the indexes of the states after each part}
  ///
  /// @throws IllegalArgumentException if the partition is of another length
  public long[] ends(Partition partition) {
    if (partition.length() != length) {
      throw new IllegalArgumentException(
          "a partition of " + partition.length() + " steps does not divide " + length);
    }
    long[] indexes = new long[partition.parts()];
    for (int j = 0; j < indexes.length; j++) {
      indexes[j] = first + partition.bound(j + 1);
    }
    return indexes;
  }
}

package opml.kernels.layout;

/// Sequences of a batch, over some of whose steps a kernel goes.
///
/// @param length of the longest sequence
/// @param batch how many there are
/// @param hidden elements of a state
/// @param first step that is made
/// @param steps that are made
/// @param backwards whether a sequence is read from its end
public record Sequences(int length, int batch, int hidden, int first, int steps, int backwards) {
  /// {@return the row that a sequence has in a step; -1 if it has none}
  ///
  /// @param wanted its length, as the run tells it; no more than `length` counts
  public int row(int wanted, int step) {
    int own = Math.min(wanted, length);
    int at = first + step;
    return at >= own ? -1 : backwards != 0 ? own - 1 - at : at;
  }
}

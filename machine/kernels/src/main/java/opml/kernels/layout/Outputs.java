package opml.kernels.layout;

/// Which outputs a product makes: all of a weight's rows, or where these are too many, some.
///
/// @param from the first row of the weight
/// @param to the place of its output among those of a token
/// @param count of rows
/// @param width outputs of a token
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the operators
public record Outputs(int from, int to, int count, int width) {
  /// {@return the byte where the outputs for a row of the tile begin}
  public int at(int row) {
    return 4 * (row * width + to);
  }
}

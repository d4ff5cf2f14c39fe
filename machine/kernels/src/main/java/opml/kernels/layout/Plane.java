package opml.kernels.layout;

/// The size of an image.
public record Plane(int height, int width) {
  /// {@return its elements}
  public int size() {
    return height * width;
  }

  /// {@return how many columns of row y there are: none outside of the image}
  public int columns(int y) {
    return y >= 0 && y < height ? width : 0;
  }
}

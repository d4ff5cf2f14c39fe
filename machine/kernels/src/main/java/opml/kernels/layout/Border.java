package opml.kernels.layout;

/// Cells around an image that count in a mean as if they were zeros of the image.
///
/// @param front planes before it, likewise the others
public record Border(int front, int top, int left, int back, int bottom, int right) {
  /// {@return whether a cell is one of the image or of its border}
  public boolean holds(Volume image, int z, int y, int x) {
    return z >= -front
        && z < image.depth() + back
        && y >= -top
        && y < image.height() + bottom
        && x >= -left
        && x < image.width() + right;
  }
}

package opml.kernels.layout;

/// What convolutions and pools slide over a [Volume]. Whatever of it lies outside of the image is padding.
///
/// @param depth of the kernel, likewise height and width
/// @param strideDepth planes from one position to the next, at least 1; likewise the others
/// @param padFront planes by which the first position begins before the image; likewise the others
/// @param dilationDepth planes between neighbours of the kernel; likewise the others
public record SlidingBox(
    int depth,
    int height,
    int width,
    int strideDepth,
    int strideHeight,
    int strideWidth,
    int padFront,
    int padTop,
    int padLeft,
    int dilationDepth,
    int dilationHeight,
    int dilationWidth) {
  /// {@return its elements}
  public int size() {
    return depth * height * width;
  }

  /// {@return the image's plane under the first of the window of output plane z}
  public int front(int z) {
    return z * strideDepth - padFront;
  }

  /// {@return the image's row under the first of the window of output row y}
  public int top(int y) {
    return y * strideHeight - padTop;
  }

  /// {@return the image's column under the first of the window of output column x}
  public int left(int x) {
    return x * strideWidth - padLeft;
  }
}

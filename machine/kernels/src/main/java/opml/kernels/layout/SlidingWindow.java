package opml.kernels.layout;

/// What convolutions and pools slide over an image. Whatever of it lies outside of the image is padding.
///
/// @param height of the kernel
/// @param width of the kernel
/// @param strideHeight rows from one position to the next
/// @param padTop rows by which the first position begins above the image
/// @param dilationHeight rows between neighbours of the kernel
public record SlidingWindow(
    int height,
    int width,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int dilationHeight,
    int dilationWidth) {
  /// {@return its elements}
  public int size() {
    return height * width;
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

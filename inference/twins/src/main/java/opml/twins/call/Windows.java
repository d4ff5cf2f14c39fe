package opml.twins.call;

/// Windows over planes: what convolutions and pools have in common.
public record Windows(
    int inHeight,
    int inWidth,
    int outHeight,
    int outWidth,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int dilationHeight,
    int dilationWidth) {
  private static final int MOST = 1 << 24;

  /// {@return whether sizes are at least 1, steps are not negative, and nothing is so large that an offset overflows}
  boolean isOrdinary() {
    return isSize(inHeight)
        && isSize(inWidth)
        && isSize(outHeight)
        && isSize(outWidth)
        && isSize(kernelHeight)
        && isSize(kernelWidth)
        && isSize(strideHeight)
        && isSize(strideWidth)
        && isSize(dilationHeight)
        && isSize(dilationWidth)
        && Math.abs((long) padTop) < MOST
        && Math.abs((long) padLeft) < MOST
        && (span(outHeight, strideHeight, kernelHeight, dilationHeight) + 1)
                * (span(outWidth, strideWidth, kernelWidth, dilationWidth) + 1)
            <= MOST;
  }

  /// {@return all windows from the first to the last that are one element apart}
  public Windows beside() {
    return new Windows(
        inHeight,
        inWidth,
        (outHeight - 1) * strideHeight + 1,
        (outWidth - 1) * strideWidth + 1,
        kernelHeight,
        kernelWidth,
        1,
        1,
        padTop,
        padLeft,
        dilationHeight,
        dilationWidth);
  }

  /// {@return whether no window reaches over the edge}
  public boolean isInside() {
    return padTop <= 0
        && padLeft <= 0
        && span(outHeight, strideHeight, kernelHeight, dilationHeight) - padTop < inHeight
        && span(outWidth, strideWidth, kernelWidth, dilationWidth) - padLeft < inWidth;
  }

  private static boolean isSize(int value) {
    return value >= 1 && value < MOST;
  }

  /// {@return how far apart the first and the last element are that windows reach}
  private static long span(int out, int stride, int kernel, int dilation) {
    return (out - 1L) * stride + (kernel - 1L) * dilation;
  }
}

package opml.twins.call;

/// `conv2d.f32`, and the part of `qlinear.conv2d` that is the same.
public record ConvolutionCall(
    int batch, int inChannels, int outChannels, Windows window, int groups) implements TwinCall {

  public static ConvolutionCall of(long[] s) {
    return new ConvolutionCall(
        (int) s[0],
        (int) s[1],
        (int) s[4],
        new Windows(
            (int) s[2],
            (int) s[3],
            (int) s[5],
            (int) s[6],
            (int) s[7],
            (int) s[8],
            (int) s[9],
            (int) s[10],
            (int) s[11],
            (int) s[12],
            (int) s[13],
            (int) s[14]),
        (int) s[15]);
  }

  /// {@return the input channels of a group}
  public int channels() {
    return inChannels / groups;
  }

  /// {@return the output channels of a group}
  public int groupOutputs() {
    return outChannels / groups;
  }

  /// {@return the products of an output}
  public int depth() {
    return channels() * window.kernelHeight() * window.kernelWidth();
  }

  /// {@return how many outputs there are}
  public long outputs() {
    return (long) batch * outChannels * window.outHeight() * window.outWidth();
  }

  /// {@return whether each output channel sees one input channel, and no other does}
  public boolean isDepthwise() {
    return channels() == 1 && groupOutputs() == 1;
  }

  /// {@return whether windows are the pixels, each for itself}
  public boolean isPointwise() {
    return window.kernelHeight() == 1
        && window.kernelWidth() == 1
        && window.strideHeight() == 1
        && window.strideWidth() == 1
        && window.padTop() == 0
        && window.padLeft() == 0
        && window.outHeight() == window.inHeight()
        && window.outWidth() == window.inWidth();
  }

  @Override
  public boolean isOrdinary() {
    return window.isOrdinary()
        && groups >= 1
        && inChannels >= 1
        && outChannels >= 1
        && inChannels % groups == 0
        && outChannels % groups == 0
        && TwinCall.super.isOrdinary();
  }

  @Override
  public long[] extents() {
    return extents(4);
  }

  /// Of x the twins want all, not only what windows reach.
  long[] extents(int width) {
    return new long[] {
      Extent.dense(width, batch, inChannels, window.inHeight(), window.inWidth()),
      Extent.dense(
          width, outChannels, inChannels / groups, window.kernelHeight(), window.kernelWidth()),
      Extent.dense(4, outChannels),
      Extent.dense(width, batch, outChannels, window.outHeight(), window.outWidth())
    };
  }
}

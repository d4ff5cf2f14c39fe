package opml.twins.call;

/// `qlinear.conv2d`.
public record QuantisedConvolutionCall(
    ConvolutionCall convolution,
    int xZero,
    int wZero,
    int yZero,
    boolean perChannel,
    boolean xUnsigned,
    boolean wUnsigned,
    boolean yUnsigned)
    implements TwinCall {

  public static QuantisedConvolutionCall of(long[] s) {
    return new QuantisedConvolutionCall(
        ConvolutionCall.of(s),
        (int) s[16],
        (int) s[17],
        (int) s[18],
        (int) s[19] != 0,
        (int) s[20] != 0,
        (int) s[21] != 0,
        (int) s[22] != 0);
  }

  /// Zero points beyond a byte are the reference's matter.
  @Override
  public boolean isOrdinary() {
    return convolution.isOrdinary()
        && Bytes.holds(xZero, xUnsigned)
        && Bytes.holds(wZero, wUnsigned)
        && TwinCall.super.isOrdinary();
  }

  @Override
  public long[] extents() {
    long[] products = convolution.extents(1);
    long scales = Extent.dense(4, perChannel ? convolution.outChannels() : 1);
    return new long[] {products[0], products[1], scales, scales, products[2], products[3]};
  }
}

package opml.twins.call;

/// `quantize` and `dequantize`.
///
/// @param xWidth bytes of an element before
/// @param yWidth bytes of an element behind
public record QuantiseCall(
    int outer,
    int channels,
    int inner,
    boolean perChannel,
    boolean unsigned,
    int xWidth,
    int yWidth)
    implements TwinCall {

  public static QuantiseCall quantise(long[] s) {
    return of(s, 4, 1);
  }

  public static QuantiseCall dequantise(long[] s) {
    return of(s, 1, 4);
  }

  private static QuantiseCall of(long[] s, int xWidth, int yWidth) {
    return new QuantiseCall(
        (int) s[0], (int) s[1], (int) s[2], (int) s[3] != 0, (int) s[4] != 0, xWidth, yWidth);
  }

  @Override
  public long[] extents() {
    int scales = perChannel ? channels : 1;
    return new long[] {
      Extent.dense(xWidth, outer, channels, inner),
      Extent.dense(4, scales),
      Extent.dense(1, scales),
      Extent.dense(yWidth, outer, channels, inner)
    };
  }
}

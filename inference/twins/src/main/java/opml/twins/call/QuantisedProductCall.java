package opml.twins.call;

/// `qlinear.matmul`.
public record QuantisedProductCall(
    int m,
    int n,
    int k,
    int aZero,
    int bZero,
    int yZero,
    boolean perColumn,
    boolean aUnsigned,
    boolean bUnsigned,
    boolean yUnsigned)
    implements TwinCall {

  public static QuantisedProductCall of(long[] s) {
    return new QuantisedProductCall(
        (int) s[0],
        (int) s[1],
        (int) s[2],
        (int) s[3],
        (int) s[4],
        (int) s[5],
        (int) s[6] != 0,
        (int) s[7] != 0,
        (int) s[8] != 0,
        (int) s[9] != 0);
  }

  /// Zero points beyond a byte are the reference's matter.
  @Override
  public boolean isOrdinary() {
    return TwinCall.super.isOrdinary()
        && Bytes.holds(aZero, aUnsigned)
        && Bytes.holds(bZero, bUnsigned);
  }

  @Override
  public long[] extents() {
    int scales = perColumn ? n : 1;
    return new long[] {
      Extent.dense(1, m, k),
      Extent.dense(1, k, n),
      Extent.dense(4, scales),
      Extent.dense(4, scales),
      Extent.dense(4, n),
      Extent.dense(1, m, n)
    };
  }
}

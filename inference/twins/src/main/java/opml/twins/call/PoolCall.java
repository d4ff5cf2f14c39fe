package opml.twins.call;

/// `maxpool.f32` and `averagepool.f32`.
///
/// @param countIncludePad what an average divides by; a maximum has no such scalar
public record PoolCall(int planes, Windows window, boolean countIncludePad) implements TwinCall {

  public static PoolCall of(long[] s) {
    return new PoolCall(
        (int) s[0],
        new Windows(
            (int) s[1],
            (int) s[2],
            (int) s[3],
            (int) s[4],
            (int) s[5],
            (int) s[6],
            (int) s[7],
            (int) s[8],
            (int) s[9],
            (int) s[10],
            (int) s[11],
            (int) s[12]),
        s.length > 13 && (int) s[13] != 0);
  }

  @Override
  public boolean isOrdinary() {
    return window.isOrdinary() && TwinCall.super.isOrdinary();
  }

  @Override
  public long[] extents() {
    return new long[] {
      Extent.dense(4, planes, window.inHeight(), window.inWidth()),
      Extent.dense(4, planes, window.outHeight(), window.outWidth())
    };
  }
}

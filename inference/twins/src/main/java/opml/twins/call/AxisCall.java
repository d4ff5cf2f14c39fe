package opml.twins.call;

/// `softmax.f32`, and what leaves one element of an axis: `reduce.mean.f32` and others, and `globalaveragepool.f32`,
/// whose axis is innermost.
public record AxisCall(int outer, int n, int inner, boolean reduces) implements TwinCall {

  public static AxisCall softmax(long[] s) {
    return new AxisCall((int) s[0], (int) s[1], (int) s[2], false);
  }

  public static AxisCall globalAverage(long[] s) {
    return new AxisCall((int) s[0], (int) s[1], 1, true);
  }

  public static AxisCall reduction(long[] s) {
    return new AxisCall((int) s[0], (int) s[1], (int) s[2], true);
  }

  @Override
  public long[] extents() {
    return new long[] {
      Extent.dense(4, outer, n, inner), Extent.dense(4, outer, reduces ? 1 : n, inner)
    };
  }
}

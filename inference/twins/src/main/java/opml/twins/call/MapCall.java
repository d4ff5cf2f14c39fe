package opml.twins.call;

/// A function of each of n floats, as `relu.f32`.
public record MapCall(int n) implements TwinCall {

  public static MapCall of(long[] s) {
    return new MapCall((int) s[0]);
  }

  @Override
  public long[] extents() {
    return new long[] {Extent.dense(4, n), Extent.dense(4, n)};
  }
}

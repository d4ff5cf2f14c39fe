package opml.twins.call;

/// `relu.f32`.
public record ReluCall(int n) implements TwinCall {

  public static ReluCall of(long[] s) {
    return new ReluCall((int) s[0]);
  }

  @Override
  public long[] extents() {
    return new long[] {Extent.dense(4, n), Extent.dense(4, n)};
  }
}

package opml.twins.call;

/// `dynamic.quantize`.
public record DynamicQuantiseCall(int n) implements TwinCall {

  public static DynamicQuantiseCall of(long[] s) {
    return new DynamicQuantiseCall((int) s[0]);
  }

  @Override
  public long[] extents() {
    return new long[] {Extent.dense(4, n), Extent.dense(1, n), 4, 1};
  }
}

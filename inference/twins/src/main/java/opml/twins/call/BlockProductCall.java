package opml.twins.call;

/// `matmul.q8`.
///
/// @param blocks of a row, each of 32 elements
public record BlockProductCall(int m, int n, int blocks) implements TwinCall {
  /// Bytes of a Q8_0 block: a half-precision scale, then 32 integers.
  public static final int BLOCK_BYTES = 34;

  public static BlockProductCall of(long[] s) {
    return new BlockProductCall((int) s[0], (int) s[1], (int) s[2]);
  }

  @Override
  public long[] extents() {
    return new long[] {
      Extent.dense(1, m, blocks, 32),
      Extent.dense(4, m, blocks),
      Extent.dense(BLOCK_BYTES, n, blocks),
      Extent.dense(4, m, n)
    };
  }
}

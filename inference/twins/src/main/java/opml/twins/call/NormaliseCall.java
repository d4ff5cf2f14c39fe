package opml.twins.call;

/// `normalize.f32` of rows whose elements each have a factor and an addend of their own, the same in all rows, as
/// LayerNormalization has them. Others are the reference's matter.
///
/// @param isOfRows whether they are such
public record NormaliseCall(int rows, int n, float epsilon, boolean isOfRows) implements TwinCall {
  public static NormaliseCall of(long[] s) {
    boolean isOfRows = s[2] == 1 && s[3] == 0 && s[4] == 1;
    return new NormaliseCall((int) s[0], (int) s[1], Float.intBitsToFloat((int) s[5]), isOfRows);
  }

  @Override
  public boolean isOrdinary() {
    return isOfRows && TwinCall.super.isOrdinary();
  }

  @Override
  public long[] extents() {
    long all = Extent.dense(4, rows, n);
    long row = Extent.dense(4, n);
    long each = Extent.dense(4, rows);
    return new long[] {all, row, row, all, each, each};
  }
}

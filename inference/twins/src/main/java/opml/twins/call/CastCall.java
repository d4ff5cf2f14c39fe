package opml.twins.call;

/// `cast`, to float32.
///
/// @param from the number of the type, as `cast` has it
public record CastCall(int n, int from, int to) implements TwinCall {
  /// The number of int32.
  public static final int I32 = 6;

  /// The number of float32.
  public static final int F32 = 1;

  public static CastCall of(long[] s) {
    return new CastCall((int) s[0], (int) s[1], (int) s[2]);
  }

  /// Others are the reference's matter.
  @Override
  public boolean isOrdinary() {
    return from == I32 && to == F32 && TwinCall.super.isOrdinary();
  }

  @Override
  public long[] extents() {
    return new long[] {Extent.dense(4, n), Extent.dense(4, n)};
  }
}

package opml.twins.call;

import java.util.Arrays;
import java.util.stream.LongStream;

/// `matmul.integer` and `matmul.integer.scaled` where all matrices of a meet one of b: the rows of a are then those of
/// one matrix.
///
/// @param m rows of all matrices of a together
/// @param scales how many scales there are; 0 where the sums are the result
public record IntegerProductCall(
    int m,
    int n,
    int k,
    boolean aUnsigned,
    boolean bUnsigned,
    boolean bZeros,
    int scales,
    boolean isOne)
    implements TwinCall {
  private static final int SCALARS = 10;

  public static IntegerProductCall of(long[] s) {
    return of(s, 0);
  }

  /// {@return a call of `matmul.integer.scaled`}
  public static IntegerProductCall scaled(long[] s) {
    return of(Arrays.copyOf(s, SCALARS), s[SCALARS] == 0 ? 1 : (int) s[2]);
  }

  private static IntegerProductCall of(long[] s, int scales) {
    long rows = s[0] * s[1];
    boolean together = s[0] == 1 || s[4] == s[1] * s[3] && s[5] == 0;
    return new IntegerProductCall(
        (int) Math.min(rows, Integer.MAX_VALUE),
        (int) s[2],
        (int) s[3],
        s[6] != 0,
        s[7] != 0,
        s[9] != 0,
        scales,
        together && s[8] == 0 && rows == (int) rows);
  }

  /// {@return whether the sums become floats}
  public boolean isScaled() {
    return scales > 0;
  }

  /// Others, and zero points of each row, are the reference's matter.
  @Override
  public boolean isOrdinary() {
    return isOne && TwinCall.super.isOrdinary();
  }

  @Override
  public long[] extents() {
    long[] read = {
      Extent.dense(1, m, k), Extent.dense(1, k, n), 1, bZeros ? Extent.dense(1, n) : 1
    };
    long[] end =
        isScaled()
            ? new long[] {Extent.dense(4, scales), Extent.dense(4, n), Extent.dense(4, m, n)}
            : new long[] {Extent.dense(4, m, n)};
    return LongStream.concat(Arrays.stream(read), Arrays.stream(end)).toArray();
  }
}

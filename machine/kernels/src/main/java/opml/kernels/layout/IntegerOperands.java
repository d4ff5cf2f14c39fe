package opml.kernels.layout;

/// How a product of 8-bit integers a and b reads them, when its result is their int32 sum.
///
/// @param aUnsigned whether the bytes of a and its zero points are unsigned; likewise b
/// @param aZeroStep zero points of a from one row of the result to the next: 1, or 0 if there is one for all
/// @param bZeroStep zero points of b from one column, or channel, of the result to the next
public record IntegerOperands(int aUnsigned, int bUnsigned, int aZeroStep, int bZeroStep) {
  /// {@return what a sign-extended byte of a is masked with}
  public int aMask() {
    return aUnsigned != 0 ? 255 : -1;
  }

  /// {@return what a sign-extended byte of b is masked with}
  public int bMask() {
    return bUnsigned != 0 ? 255 : -1;
  }
}

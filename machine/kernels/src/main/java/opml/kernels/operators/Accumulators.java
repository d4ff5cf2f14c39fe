package opml.kernels.operators;

/// How accumulators of 8-bit products become outputs, for twins: a public method of [Quantisation] itself would be a
/// kernel.
public final class Accumulators {
  private Accumulators() {}

  /// {@return saturate(roundHalfEven(accumulator · multiplier / 2^shift) + zero)}
  ///
  /// @param multiplier in [0, 2^31)
  /// @param shift in 1..62
  /// @param zero of the output
  /// @param unsigned 0 if outputs are signed
  public static int output(int accumulator, int multiplier, int shift, int zero, int unsigned) {
    return Quantisation.requantize(accumulator, multiplier, shift, zero, unsigned);
  }
}

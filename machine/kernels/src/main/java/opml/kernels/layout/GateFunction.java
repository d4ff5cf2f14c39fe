package opml.kernels.layout;

/// A function that a recurrent network applies.
///
/// @param kind one of the constants
/// @param alpha its first parameter, if it has one
/// @param beta its second one
public record GateFunction(int kind, float alpha, float beta) {
  public static final int SIGMOID = 0;
  public static final int TANH = 1;
  public static final int RELU = 2;
  public static final int AFFINE = 3;
  public static final int LEAKY_RELU = 4;
  public static final int THRESHOLDED_RELU = 5;
  public static final int SCALED_TANH = 6;
  public static final int HARD_SIGMOID = 7;
  public static final int ELU = 8;
  public static final int SOFTSIGN = 9;
  public static final int SOFTPLUS = 10;
}

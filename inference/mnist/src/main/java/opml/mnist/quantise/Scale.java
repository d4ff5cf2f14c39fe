package opml.mnist.quantise;

/// What a stored integer means: real value = `step` · (stored - `zero`).
///
/// @param step positive and finite
/// @param zero the integer that stands for 0; 0..255 for unsigned bytes, 0 for weights
public record Scale(float step, int zero) {
  /// The integers of an unsigned byte.
  public static final int BYTE_MAX = 255;

  /// Weights use -127..127 only, so that their range is symmetric.
  public static final int WEIGHT_MAX = 127;

  public Scale {
    if (!(step > 0) || Float.isInfinite(step) || zero < 0 || zero > BYTE_MAX) {
      throw new IllegalArgumentException("no scale: step " + step + ", zero " + zero);
    }
  }

  /// {@return a scale whose unsigned bytes reach from `range.least` to `range.greatest`, 0 exactly among them}
  public static Scale ofBytes(Calibration.Range range) {
    double least = Math.min(range.least(), 0);
    double greatest = Math.max(range.greatest(), 0);
    float step = positive((greatest - least) / BYTE_MAX);
    return new Scale(step, clamp((int) Math.rint(-least / step), 0, BYTE_MAX));
  }

  /// {@return a scale whose signed bytes reach from `-greatest` to `greatest`}
  public static Scale ofWeights(float greatest) {
    return new Scale(positive((double) greatest / WEIGHT_MAX), 0);
  }

  /// {@return the nearest weight, ties to even}
  public byte weight(float value) {
    return (byte) clamp((int) Math.rint((double) value / step), -WEIGHT_MAX, WEIGHT_MAX);
  }

  private static int clamp(int value, int least, int greatest) {
    return Math.max(least, Math.min(greatest, value));
  }

  /// A range of nothing but zeros may have any step.
  private static float positive(double step) {
    return step > 0 ? (float) step : 1;
  }
}

package opml.cli.image;

import java.util.List;

/// How an image becomes numbers: each is (sample · scale − mean) / deviation, with samples from 0 to 255.
///
/// @param mean of each channel, in the order of the tensor; one counts for all
/// @param deviation as the mean; none is 0
/// @param fit what becomes of an image of another size
/// @param isBgr whether blue comes first
/// @param layout where the tensor has its channels
public record ImageChoice(
    double scale,
    List<Double> mean,
    List<Double> deviation,
    Fit fit,
    boolean isBgr,
    Layout layout) {
  /// The samples as they are.
  public static final ImageChoice PLAIN =
      new ImageChoice(1, List.of(0.0), List.of(1.0), Fit.CROP, false, Layout.AUTO);

  /// How an image of another size is made to fit.
  public enum Fit {
    /// The largest part in the middle that has the tensor's proportions.
    CROP,
    /// All of it, whatever that does to its proportions.
    STRETCH,
    /// Not at all.
    EXACT
  }

  /// Where a tensor has its channels.
  public enum Layout {
    /// Where it has one or three; in front if that is so at both ends.
    AUTO,
    NCHW,
    NHWC
  }

  public ImageChoice {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
  }

  /// {@return whether samples become other numbers}
  boolean isPlain() {
    return scale == 1
        && mean.stream().allMatch(one -> one == 0)
        && deviation.stream().allMatch(one -> one == 1);
  }
}

package opml.mnist.data;

import java.util.Arrays;
import opml.mnist.digit.Digit;

/// Images of one size with their labels, as the idx files hold them: `pixels` is (count, 28, 28) unsigned bytes, 0 is
/// background; `labels` is (count) in 0..9. Neither array is copied; nobody writes to them.
@SuppressWarnings("ArrayRecordComponent") // read in bulk, never compared
public record LabelledImages(byte[] pixels, byte[] labels) {
  public LabelledImages {
    if (pixels.length != labels.length * Digit.PIXELS) {
      throw new IllegalArgumentException(
          pixels.length + " bytes of pixels for " + labels.length + " labels of " + Digit.PIXELS);
    }
  }

  /// {@return how many images there are}
  public int count() {
    return labels.length;
  }

  /// {@return the label of image `index`, 0..9}
  public int label(int index) {
    return labels[index];
  }

  /// {@return image `index`}
  public Digit digit(int index) {
    return new Digit(Arrays.copyOfRange(pixels, index * Digit.PIXELS, (index + 1) * Digit.PIXELS));
  }
}

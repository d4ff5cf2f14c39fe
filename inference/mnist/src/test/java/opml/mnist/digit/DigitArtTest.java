package opml.mnist.digit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DigitArtTest {
  @Test
  void halfBlocksShowTwoRowsPerLine() {
    byte[] pixels = new byte[Digit.PIXELS];
    pixels[1] = -1; // row 0, column 1
    pixels[Digit.SIDE + 2] = -1; // row 1, column 2
    pixels[3] = -1;
    pixels[Digit.SIDE + 3] = -1;
    assertThat(DigitArt.halfBlocks(new Digit(pixels)).lines())
        .hasSize(14)
        .allMatch(line -> line.length() == 28)
        .first()
        .asString()
        .startsWith(" ▀▄█ ");
  }

  @Test
  void asciiShadesFromBlankToFull() {
    byte[] pixels = new byte[Digit.PIXELS];
    pixels[0] = -1;
    pixels[Digit.SIDE] = -1;
    pixels[1] = -1;
    assertThat(DigitArt.ascii(new Digit(pixels))).startsWith("@= ").hasLineCount(14);
  }

  @Test
  void aDigitOfTheWrongSizeCannotExist() {
    assertThatThrownBy(() -> new Digit(new byte[783]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("783 bytes, expected 784 (28 x 28 pixels)");
  }

  @Test
  void aDigitKeepsItsPixelsToItself() {
    byte[] pixels = new byte[Digit.PIXELS];
    Digit digit = new Digit(pixels);
    pixels[0] = 1;
    digit.pixels()[1] = 1;
    assertThat(digit).isEqualTo(new Digit(new byte[Digit.PIXELS]));
  }
}

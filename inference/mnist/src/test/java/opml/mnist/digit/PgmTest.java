package opml.mnist.digit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgmTest {
  private static final Digit DIGIT = randomDigit(1);

  @Test
  void whatIsWrittenIsReadBack() {
    assertThat(Pgm.parse("f", Pgm.write(DIGIT, "a comment"))).isEqualTo(DIGIT);
  }

  @Test
  void headersOfOtherProgramsAreRead() {
    assertThat(Pgm.parse("f", file("P5 28 28 255 "))).isEqualTo(DIGIT);
    assertThat(Pgm.parse("f", file("P5\r\n# by\n#two\n28 # wide\n28\t255\n"))).isEqualTo(DIGIT);
  }

  @Test
  void anImageOfTheWrongSizeIsRefusedWithBothSizes() {
    assertThatThrownBy(() -> Pgm.parse("cat.pgm", file("P5\n32 30\n255\n")))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("cat.pgm")
        .hasMessageContaining("32 x 30 pixels, expected 28 x 28");
  }

  @Test
  void missingAndSurplusPixelsAreRefused() {
    byte[] whole = file("P5 28 28 255 ");
    assertRefused(
        Arrays.copyOf(whole, whole.length - 1), "783 bytes of pixels follow, expected 784");
    assertRefused(
        Arrays.copyOf(whole, whole.length + 1), "785 bytes of pixels follow, expected 784");
  }

  @Test
  void otherFormatsAndRangesAreRefused() {
    assertRefused(file("P2 28 28 255 "), "offset 0: not a binary PGM file");
    assertRefused(file("P5 28 28 65535 "), "greatest value 65535, expected 255");
    assertRefused(file("P5 28 28 15 "), "greatest value 15, expected 255");
    assertRefused(file("P5 -28 28 255 "), "offset 3: expected the width");
    assertRefused(file("P5 28 4294967324 255 "), "height has more than 6 figures");
    assertRefused(new byte[0], "not a binary PGM file");
    assertRefused("P5 28 28 255".getBytes(StandardCharsets.US_ASCII), "one white space");
  }

  @Test
  void aLargeFileIsRefusedUnread(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("photo.pgm");
    Files.write(file, new byte[100_000]);
    assertThatThrownBy(() -> Pgm.read(file))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("photo.pgm: 100000 bytes")
        .hasMessageContaining("28 x 28");
  }

  @Test
  void randomBytesAreReadOrRefusedButNeverCrash() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = file("P5 28 28 255 ");
      for (int change = random.nextInt(4); change >= 0; change--) {
        bytes[random.nextInt(16)] = (byte) random.nextInt(256);
      }
      try {
        Pgm.parse("f", Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
      } catch (MalformedException refused) {
        assertThat(refused).hasMessageStartingWith("f, offset ");
      } catch (RuntimeException crashed) {
        fail("seed " + seed, crashed);
      }
    }
  }

  private static void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> Pgm.parse("f", file))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(message);
  }

  private static byte[] file(String header) {
    byte[] start = header.getBytes(StandardCharsets.US_ASCII);
    byte[] file = Arrays.copyOf(start, start.length + Digit.PIXELS);
    System.arraycopy(DIGIT.pixels(), 0, file, start.length, Digit.PIXELS);
    return file;
  }

  static Digit randomDigit(long seed) {
    byte[] pixels = new byte[Digit.PIXELS];
    new Random(seed).nextBytes(pixels);
    return new Digit(pixels);
  }
}

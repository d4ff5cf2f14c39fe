package opml.formats.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PgmTest {
  private static final int SIDE = 28;
  private static final GrayImage IMAGE = random(SIDE, SIDE, 1);

  @Test
  void whatIsWrittenIsReadBack() {
    assertThat(Pgm.parse("f", Pgm.write(IMAGE, "a comment"))).isEqualTo(IMAGE);
  }

  @Test
  void headersOfOtherProgramsAreRead() {
    assertThat(Pgm.parse("f", file("P5 28 28 255 "))).isEqualTo(IMAGE);
    assertThat(Pgm.parse("f", file("P5\r\n# by\n#two\n28 # wide\n28\t255\n"))).isEqualTo(IMAGE);
  }

  @Test
  void anImageMayHaveAnySizeThatATensorHas() {
    GrayImage wide = random(301, 2, 2);
    assertThat(Pgm.parse("f", Pgm.write(wide, ""))).isEqualTo(wide);
    assertRefused(file("P5 0 28 255 "), "0 x 28 pixels, expected 1 to 67108864 in all");
    assertRefused(file("P5 99999 99999 255 "), "99999 x 99999 pixels, expected 1 to");
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
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 32);
    }
    assertThatThrownBy(() -> Pgm.read(file))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("photo.pgm: 4294967296 bytes, a PGM image has at most");
  }

  @Test
  void aDeviceWithoutEndIsGivenUp(@TempDir Path folder) throws IOException {
    Path endless = Files.createSymbolicLink(folder.resolve("endless.pgm"), Path.of("/dev/zero"));
    assertThatThrownBy(() -> Pgm.read(endless))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("endless.pgm: more than");
    // Whoever clears the folder would warn that this leads out of it.
    Files.delete(endless);
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
    byte[] file = Arrays.copyOf(start, start.length + SIDE * SIDE);
    System.arraycopy(IMAGE.pixels(), 0, file, start.length, SIDE * SIDE);
    return file;
  }

  private static GrayImage random(int width, int height, long seed) {
    byte[] pixels = new byte[width * height];
    new Random(seed).nextBytes(pixels);
    return new GrayImage(width, height, pixels);
  }
}

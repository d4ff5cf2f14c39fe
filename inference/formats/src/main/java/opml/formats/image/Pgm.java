package opml.formats.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import opml.core.codec.MalformedException;

/// Images as binary PGM files ("P5", Netpbm) whose greatest value is 255. Anything else is refused rather than scaled:
/// a model would answer, and answer wrong.
///
/// Source: the Netpbm manual, *pgm*.
public final class Pgm {
  /// A header with many lines of comment fits.
  private static final int MAX_FILE_BYTES = GrayImage.PIXELS_MOST + (64 << 10);

  private static final int MAX_VALUE = 255;

  private final String source;
  private final byte[] bytes;
  private int offset;

  private Pgm(String source, byte[] bytes) {
    this.source = source;
    this.bytes = bytes;
  }

  /// {@return the image in `file`}
  ///
  /// @throws MalformedException if the file is no such image, naming it, the offset and what was expected
  public static GrayImage read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_FILE_BYTES) {
      throw new MalformedException(
          "%s: %d bytes, a PGM image has at most %d".formatted(file, size, MAX_FILE_BYTES));
    }
    // A device says that it has no bytes, and has no end.
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_FILE_BYTES + 1);
    }
    if (bytes.length > MAX_FILE_BYTES) {
      throw new MalformedException(
          "%s: more than %d bytes, which a PGM image has at most".formatted(file, MAX_FILE_BYTES));
    }
    return parse(file.toString(), bytes);
  }

  /// {@return the image in `bytes`; `source` names them in errors}
  ///
  /// @throws MalformedException as [#read]
  public static GrayImage parse(String source, byte[] bytes) {
    return new Pgm(source, bytes).image();
  }

  /// {@return an image as a PGM file with one line of comment, in ASCII}
  public static byte[] write(GrayImage image, String comment) {
    if (!comment.chars().allMatch(c -> c >= ' ' && c < 127)) {
      throw new IllegalArgumentException("not one line of ASCII: " + comment);
    }
    String header =
        "P5\n# %s\n%d %d\n%d\n".formatted(comment, image.width(), image.height(), MAX_VALUE);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(image.pixels());
    return out.toByteArray();
  }

  private GrayImage image() {
    if (bytes.length < 2 || bytes[0] != 'P' || bytes[1] != '5') {
      throw malformed(0, "not a binary PGM file, which starts with P5");
    }
    offset = 2;
    int width = number("width");
    int height = number("height");
    if (width < 1 || height < 1 || (long) width * height > GrayImage.PIXELS_MOST) {
      throw malformed(
          offset,
          "the image is %d x %d pixels, expected 1 to %d in all"
              .formatted(width, height, GrayImage.PIXELS_MOST));
    }
    int maxValue = number("greatest value");
    if (maxValue != MAX_VALUE) {
      throw malformed(offset, "greatest value " + maxValue + ", expected " + MAX_VALUE);
    }
    if (offset == bytes.length || !isSpace(bytes[offset])) {
      throw malformed(offset, "expected one white space before the pixels");
    }
    offset++;
    int left = bytes.length - offset;
    if (left != width * height) {
      throw malformed(
          offset, "%d bytes of pixels follow, expected %d".formatted(left, width * height));
    }
    return new GrayImage(width, height, Arrays.copyOfRange(bytes, offset, bytes.length));
  }

  private int number(String field) {
    int before = offset;
    skipSpaceAndComments();
    if (offset == before) {
      throw malformed(offset, "expected white space before the " + field);
    }
    int start = offset;
    int value = 0;
    while (offset < bytes.length && bytes[offset] >= '0' && bytes[offset] <= '9') {
      if (offset - start == 6) {
        throw malformed(start, field + " has more than 6 figures");
      }
      value = 10 * value + bytes[offset++] - '0';
    }
    if (offset == start) {
      throw malformed(start, "expected the " + field);
    }
    return value;
  }

  private void skipSpaceAndComments() {
    while (offset < bytes.length && (isSpace(bytes[offset]) || bytes[offset] == '#')) {
      if (bytes[offset++] == '#') {
        while (offset < bytes.length && bytes[offset] != '\n' && bytes[offset] != '\r') {
          offset++;
        }
      }
    }
  }

  private static boolean isSpace(byte c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private MalformedException malformed(int at, String problem) {
    return new MalformedException(source + ", offset " + at + ": " + problem);
  }
}

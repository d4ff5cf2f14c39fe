package opml.mnist.digit;

import java.util.Arrays;
import opml.core.codec.MalformedException;
import opml.formats.image.GrayImage;

/// A handwritten digit as the demo models take it: 28 x 28 unsigned bytes, row by row, 0 background, 255 ink.
///
/// What an array of pixels means to a model (scale, sign, order) is decided inside the model: both demo models take
/// these very values, one as floats and one as bytes. Two digits are equal if their pixels are.
public final class Digit {
  /// Width and height in pixels.
  public static final int SIDE = 28;

  /// How many pixels, and so bytes, a digit has.
  public static final int PIXELS = SIDE * SIDE;

  private final byte[] pixels;

  /// A digit of a copy of these [#PIXELS] bytes.
  public Digit(byte[] pixels) {
    if (pixels.length != PIXELS) {
      throw new IllegalArgumentException(
          "%d bytes, expected %d (%d x %d pixels)".formatted(pixels.length, PIXELS, SIDE, SIDE));
    }
    this.pixels = pixels.clone();
  }

  /// {@return the digit that an image shows}
  ///
  /// @param source names the image in errors
  /// @throws MalformedException if it is of another size: scaling it is not a reader's business
  public static Digit of(String source, GrayImage image) {
    if (image.width() != SIDE || image.height() != SIDE) {
      throw new MalformedException(
          "%s: the image is %s, expected %d x %d".formatted(source, image, SIDE, SIDE));
    }
    return new Digit(image.pixels());
  }

  public GrayImage image() {
    return new GrayImage(SIDE, SIDE, pixels);
  }

  /// {@return a copy of the pixels, unsigned: the input of the int8 model}
  public byte[] pixels() {
    return pixels.clone();
  }

  /// {@return the pixels as floats 0..255: the input of the float model}
  public float[] floats() {
    float[] floats = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      floats[i] = pixels[i] & 0xff;
    }
    return floats;
  }

  /// {@return a pixel, 0..255}
  public int pixel(int row, int column) {
    if (row < 0 || row >= SIDE || column < 0 || column >= SIDE) {
      throw new IndexOutOfBoundsException("no pixel at row " + row + ", column " + column);
    }
    return pixels[row * SIDE + column] & 0xff;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digit digit && Arrays.equals(pixels, digit.pixels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return DigitArt.ascii(this);
  }
}

package opml.formats.image;

import java.util.Arrays;

/// An image of one unsigned byte a pixel, row by row from the top left.
public final class GrayImage {
  /// No image has more pixels than the largest tensor has bytes.
  public static final int PIXELS_MOST = 1 << 26;

  private final int width;
  private final int height;
  private final byte[] pixels;

  /// An image of a copy of these pixels.
  ///
  /// @throws IllegalArgumentException if they are not width times height, or more than [#PIXELS_MOST]
  public GrayImage(int width, int height, byte[] pixels) {
    if (width < 1 || height < 1 || (long) width * height > PIXELS_MOST) {
      throw new IllegalArgumentException("no image has %d x %d pixels".formatted(width, height));
    }
    if (pixels.length != width * height) {
      throw new IllegalArgumentException(
          "%d bytes, expected %d (%d x %d pixels)"
              .formatted(pixels.length, width * height, width, height));
    }
    this.width = width;
    this.height = height;
    this.pixels = pixels.clone();
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /// {@return a copy of the pixels}
  public byte[] pixels() {
    return pixels.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GrayImage image
        && image.width == width
        && image.height == height
        && Arrays.equals(image.pixels, pixels);
  }

  @Override
  public int hashCode() {
    return 31 * width + Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return width + " x " + height + " pixels";
  }
}

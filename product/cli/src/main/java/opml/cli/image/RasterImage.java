package opml.cli.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import opml.core.codec.MalformedException;

/// A decoded PNG or JPEG file: rows of pixels from the top left, each of one grey or of red, green and blue, 0 to 255.
/// What is transparent has its colour; profiles and the camera's orientation are not looked at.
///
/// Files are anybody's. How large an image is stands at its beginning, and is looked at before anything is decoded: a
/// file of a few kilobytes can ask for gigabytes.
///
/// The decoders are Java's own. Of PNG files the pixels follow from the file; of JPEG files another decoder may round
/// otherwise, so who wants the same input everywhere hands on a PNG file or the array itself.
public final class RasterImage {
  /// Pixels of an image, at most: those of the largest cameras are cut.
  public static final int MOST_PIXELS = 1 << 25;

  /// Bytes of a file, at most.
  public static final int MOST_BYTES = 1 << 26;

  /// Pixels that the scans of a JPEG file go over, at most: each goes over all of them, a progressive file of a camera
  /// has ten or so, and one of a megabyte may have ten thousand.
  private static final long MOST_SCANNED = 32L * MOST_PIXELS;

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
  private static final int BYTE = 255;

  private final int width;
  private final int height;
  private final int channels;
  private final byte[] samples;

  /// @param channels 1 or 3
  /// @param samples of pixels row by row, the channels of each side by side
  RasterImage(int width, int height, int channels, byte[] samples) {
    if (samples.length != Math.multiplyExact(Math.multiplyExact(width, height), channels)) {
      throw new IllegalArgumentException(
          "%d samples for %d x %d x %d".formatted(samples.length, width, height, channels));
    }
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.samples = samples;
  }

  /// {@return the format that a file says it has at its beginning: `png` or `jpeg`, if it is one of them}
  public static Optional<String> format(byte[] beginning) {
    if (startsWith(beginning, PNG)) {
      return Optional.of("png");
    }
    return startsWith(beginning, JPEG) ? Optional.of("jpeg") : Optional.empty();
  }

  private static boolean startsWith(byte[] bytes, byte[] magic) {
    return bytes.length >= magic.length
        && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
  }

  /// {@return the image in a file}
  ///
  /// @param source names the file in errors
  /// @throws MalformedException if it is no PNG or JPEG file, is damaged, or has too many pixels
  public static RasterImage read(String source, byte[] file) {
    String format =
        format(file)
            .orElseThrow(
                () -> new MalformedException(source + ", offset 0: neither a PNG nor a JPEG file"));
    if (file.length > MOST_BYTES) {
      throw new MalformedException(
          "%s: an image of more than %,d bytes".formatted(source, MOST_BYTES));
    }
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    if (!readers.hasNext()) {
      throw new MalformedException(
          source + ": this Java has no reader of " + format + " files; convert it to .npy");
    }
    ImageReader reader = readers.next();
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      // Texts and profiles, which may be long where they are unpacked, are passed over.
      reader.setInput(in, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      if (width < 1 || height < 1 || (long) width * height > MOST_PIXELS) {
        throw new MalformedException(
            "%s: the image is %,d x %,d pixels, expected are 1 to %,d in all"
                .formatted(source, width, height, MOST_PIXELS));
      }
      long scans = format.equals("jpeg") ? scans(file) : 1;
      if (scans * width * height > MOST_SCANNED) {
        throw new MalformedException(
            "%s: %,d scans of %,d x %,d pixels, expected are %,d pixels at most in all of them"
                .formatted(source, scans, width, height, MOST_SCANNED));
      }
      return of(reader.read(0));
    } catch (MalformedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // What the decoders throw at a damaged file depends on what they were about to do.
      throw new MalformedException(
          "%s: not a %s image that can be read: %s".formatted(source, format, e.getMessage()));
    } finally {
      reader.dispose();
    }
  }

  /// {@return how often a JPEG file has the marker with which a scan begins; more rarely than it says so, it has scans}
  private static long scans(byte[] file) {
    long scans = 0;
    for (int i = 1; i < file.length; i++) {
      if (file[i - 1] == (byte) 0xff && file[i] == (byte) 0xda) {
        scans++;
      }
    }
    return scans;
  }

  /// Samples as they are in the file: Java's conversion of grey would apply a gamma.
  private static RasterImage of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    boolean indexed = image.getColorModel() instanceof IndexColorModel;
    int bands = raster.getNumBands();
    boolean grey = !indexed && bands < 3;
    int channels = grey ? 1 : 3;
    byte[] samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
    int[] row = new int[Math.multiplyExact(width, indexed ? 1 : bands)];
    int[] most = raster.getSampleModel().getSampleSize();
    int at = 0;
    for (int y = 0; y < height; y++) {
      if (indexed) {
        image.getRGB(0, y, width, 1, row, 0, width);
        for (int x = 0; x < width; x++) {
          samples[at++] = (byte) (row[x] >> 16);
          samples[at++] = (byte) (row[x] >> 8);
          samples[at++] = (byte) row[x];
        }
      } else {
        raster.getPixels(0, y, width, 1, row);
        for (int x = 0; x < width; x++) {
          for (int c = 0; c < channels; c++) {
            samples[at++] = (byte) scaled(row[x * bands + c], most[c]);
          }
        }
      }
    }
    return new RasterImage(width, height, channels, samples);
  }

  /// {@return a sample of so many bits as one of eight}
  private static int scaled(int sample, int bits) {
    long whole = (1L << bits) - 1;
    return bits == 8 ? sample : (int) ((sample * (long) BYTE + whole / 2) / whole);
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  /// {@return 1 for grey, 3 for red, green and blue}
  public int channels() {
    return channels;
  }

  /// {@return a sample, 0 to 255}
  int sample(int x, int y, int channel) {
    return samples[(y * width + x) * channels + channel] & BYTE;
  }

  /// {@return the same picture in one grey, by the weights of ITU-R BT.601, or in three equal colours}
  RasterImage withChannels(int wanted) {
    if (wanted == channels) {
      return this;
    }
    byte[] changed = new byte[width * height * wanted];
    int at = 0;
    for (int i = 0; i < width * height; i++) {
      if (wanted == 1) {
        int red = samples[3 * i] & BYTE;
        int green = samples[3 * i + 1] & BYTE;
        int blue = samples[3 * i + 2] & BYTE;
        changed[at++] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
      } else {
        for (int c = 0; c < wanted; c++) {
          changed[at++] = samples[i];
        }
      }
    }
    return new RasterImage(width, height, wanted, changed);
  }

  /// {@return a part of the picture}
  RasterImage part(int left, int top, int columns, int rows) {
    if (columns == width && rows == height) {
      return this;
    }
    byte[] part = new byte[columns * rows * channels];
    for (int y = 0; y < rows; y++) {
      System.arraycopy(
          samples,
          ((top + y) * width + left) * channels,
          part,
          y * columns * channels,
          columns * channels);
    }
    return new RasterImage(columns, rows, channels, part);
  }

  /// {@return the picture in another size}: each sample is the mean of those around its place, weighed by a triangle
  /// as wide as a pixel of the smaller of the two pictures, first along rows and then along columns; rounded to the
  /// nearest at the end of each. The same numbers on every machine.
  ///
  /// @throws IllegalArgumentException if it would have more than [#MOST_PIXELS] between the two
  RasterImage resized(int columns, int rows) {
    if (columns == width && rows == height) {
      return this;
    }
    if ((long) columns * height > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "it is %,d pixels high, and %,d columns of them are more than %,d pixels"
              .formatted(height, columns, MOST_PIXELS));
    }
    byte[] wide = new byte[Math.multiplyExact(Math.multiplyExact(columns, height), channels)];
    double[][] weights = triangles(width, columns);
    int[] first = firsts(width, columns);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < columns; x++) {
        for (int c = 0; c < channels; c++) {
          double sum = 0;
          for (int i = 0; i < weights[x].length; i++) {
            sum += weights[x][i] * sample(first[x] + i, y, c);
          }
          wide[(y * columns + x) * channels + c] = rounded(sum);
        }
      }
    }
    byte[] all = new byte[Math.multiplyExact(Math.multiplyExact(columns, rows), channels)];
    weights = triangles(height, rows);
    first = firsts(height, rows);
    int line = columns * channels;
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < line; x++) {
        double sum = 0;
        for (int i = 0; i < weights[y].length; i++) {
          sum += weights[y][i] * (wide[(first[y] + i) * line + x] & BYTE);
        }
        all[y * line + x] = rounded(sum);
      }
    }
    return new RasterImage(columns, rows, channels, all);
  }

  private static byte rounded(double sample) {
    return (byte) Math.clamp((long) Math.floor(sample + 0.5), 0, BYTE);
  }

  private static double[][] triangles(int from, int to) {
    double scale = (double) from / to;
    double reach = Math.max(1, scale);
    int[] first = firsts(from, to);
    double[][] weights = new double[to][];
    for (int i = 0; i < to; i++) {
      double middle = (i + 0.5) * scale;
      int last = Math.min(from - 1, (int) Math.ceil(middle + reach - 0.5));
      double[] own = new double[last - first[i] + 1];
      double sum = 0;
      for (int j = 0; j < own.length; j++) {
        own[j] = Math.max(0, 1 - Math.abs(first[i] + j + 0.5 - middle) / reach);
        sum += own[j];
      }
      for (int j = 0; j < own.length; j++) {
        own[j] /= sum;
      }
      weights[i] = own;
    }
    return weights;
  }

  private static int[] firsts(int from, int to) {
    double scale = (double) from / to;
    double reach = Math.max(1, scale);
    int[] first = new int[to];
    for (int i = 0; i < to; i++) {
      first[i] = Math.clamp((long) Math.floor((i + 0.5) * scale - reach - 0.5), 0, from - 1);
    }
    return first;
  }
}

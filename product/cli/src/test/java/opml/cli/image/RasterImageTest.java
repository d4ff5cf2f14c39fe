package opml.cli.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import opml.cli.console.Failure;
import opml.cli.console.TensorType;
import opml.cli.image.ImageChoice.Fit;
import opml.cli.image.ImageChoice.Layout;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class RasterImageTest {
  private static final List<Double> ZERO = List.of(0.0);
  private static final List<Double> ONE = List.of(1.0);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void pixelsOfPngFilesAreTheSamplesInTheFile() throws IOException {
    BufferedImage colours = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
    BufferedImage clear = new BufferedImage(5, 4, BufferedImage.TYPE_INT_ARGB);
    BufferedImage greys = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage deep = new BufferedImage(5, 4, BufferedImage.TYPE_USHORT_GRAY);
    BufferedImage indexed = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_INDEXED);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 5; x++) {
        int rgb = random.nextInt(1 << 24);
        colours.setRGB(x, y, rgb);
        clear.setRGB(x, y, random.nextInt(256) << 24 | rgb);
        greys.getRaster().setSample(x, y, 0, rgb & 0xff);
        deep.getRaster().setSample(x, y, 0, 257 * (rgb & 0xff));
        indexed.setRGB(x, y, rgb);
      }
    }
    for (BufferedImage image : List.of(colours, clear, indexed)) {
      RasterImage read = RasterImage.read("png", encoded(image, "png"));
      assertThat(read.channels()).isEqualTo(3);
      for (int i = 0; i < 20; i++) {
        int rgb = image.getRGB(i % 5, i / 5);
        assertThat(new int[] {sample(read, i, 0), sample(read, i, 1), sample(read, i, 2)})
            .as("seed %d, type %d", seed, image.getType())
            .containsExactly(rgb >> 16 & 0xff, rgb >> 8 & 0xff, rgb & 0xff);
      }
    }
    for (BufferedImage image : List.of(greys, deep)) {
      RasterImage read = RasterImage.read("png", encoded(image, "png"));
      assertThat(read.channels()).isEqualTo(1);
      for (int i = 0; i < 20; i++) {
        assertThat(sample(read, i, 0))
            .as("seed %d", seed)
            .isEqualTo(greys.getRaster().getSample(i % 5, i / 5, 0));
      }
    }
  }

  private static int sample(RasterImage image, int pixel, int channel) {
    return image.sample(pixel % image.width(), pixel / image.width(), channel);
  }

  @Test
  void aJpegFileIsReadToo() throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, 0xc06020);
    }
    RasterImage read = RasterImage.read("jpeg", encoded(image, "jpeg"));
    assertThat(sample(read, 100, 0)).isBetween(0xbc, 0xc4);
    assertThat(sample(read, 100, 1)).isBetween(0x5c, 0x64);
    assertThat(sample(read, 100, 2)).isBetween(0x1c, 0x24);
  }

  @Test
  void whatASmallFileAsksForIsBoundedBeforeItIsDecoded() throws IOException {
    byte[] file = encoded(new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB), "png");
    ByteBuffer header = ByteBuffer.wrap(file);
    header.putInt(16, 100_000).putInt(20, 100_000);
    CRC32 sum = new CRC32();
    sum.update(file, 12, 17);
    header.putInt(29, (int) sum.getValue());
    assertThatThrownBy(() -> RasterImage.read("large.png", file))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("large.png: the image is 100,000 x 100,000 pixels");
    byte[] jpeg = encoded(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "jpeg");
    int frame = 0;
    while ((jpeg[frame] & 0xff) != 0xff || (jpeg[frame + 1] & 0xff) != 0xc0) {
      frame++;
    }
    ByteBuffer.wrap(jpeg).putInt(frame + 5, 0xea60ea60);
    assertThatThrownBy(() -> RasterImage.read("large.jpg", jpeg))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("60,000 x 60,000");
    assertThatThrownBy(
            () -> RasterImage.read("text", "hello".getBytes(StandardCharsets.ISO_8859_1)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("neither a PNG nor a JPEG");
  }

  @Test
  void aDamagedFileIsAnImageOrMalformed() throws IOException {
    for (byte[] whole :
        List.of(
            encoded(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "png"),
            encoded(new BufferedImage(20, 20, BufferedImage.TYPE_INT_ARGB), "png"),
            encoded(new BufferedImage(20, 20, BufferedImage.TYPE_USHORT_GRAY), "png"),
            encoded(new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_INDEXED), "png"),
            progressive(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "png"),
            encoded(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "jpeg"),
            encoded(new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY), "jpeg"),
            progressive(new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB), "jpeg"))) {
      int refused = 0;
      for (int i = 0; i < 150; i++) {
        byte[] damaged = Arrays.copyOf(whole, 3 + random.nextInt(whole.length - 3));
        for (int j = 0; j < random.nextInt(4); j++) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        try {
          RasterImage.read("damaged", damaged);
        } catch (MalformedException e) {
          refused++;
          assertThat(e).as("seed %d", seed).hasMessageContaining("damaged");
        }
      }
      assertThat(refused).as("seed %d", seed).isPositive();
    }
  }

  /// Each scan goes over the whole picture, and may take a few bytes.
  @Test
  void aPictureOfManyScansIsNotDecoded() throws IOException {
    byte[] file = progressive(new BufferedImage(4000, 4000, BufferedImage.TYPE_BYTE_GRAY), "jpeg");
    int last = file.length - 2;
    while (file[last] != (byte) 0xff || file[last + 1] != (byte) 0xda) {
      last--;
    }
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(file, 0, last);
    for (int i = 0; i < 100; i++) {
      bomb.write(file, last, file.length - 2 - last);
    }
    bomb.write(file, file.length - 2, 2);
    assertThatThrownBy(() -> RasterImage.read("bomb.jpg", bomb.toByteArray()))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("scans of 4,000 x 4,000 pixels");
  }

  @Test
  void greyWithAlphaAndInterlacedPicturesAreTheirSamples() throws IOException {
    BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 63; i++) {
      image.setRGB(i % 9, i / 9, random.nextInt(1 << 24));
    }
    RasterImage plain = RasterImage.read("png", encoded(image, "png"));
    RasterImage interlaced = RasterImage.read("png", progressive(image, "png"));
    for (int i = 0; i < 3 * 63; i++) {
      assertThat(interlaced.sample(i / 3 % 9, i / 27, i % 3))
          .as("seed %d", seed)
          .isEqualTo(plain.sample(i / 3 % 9, i / 27, i % 3));
    }
    ComponentColorModel greys =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_BYTE);
    BufferedImage clear =
        new BufferedImage(greys, greys.createCompatibleWritableRaster(2, 1), false, null);
    clear.getRaster().setPixels(0, 0, 2, 1, new int[] {200, 0, 30, 128});
    RasterImage read = RasterImage.read("png", encoded(clear, "png"));
    assertThat(read.channels()).isEqualTo(1);
    assertThat(new int[] {sample(read, 0, 0), sample(read, 1, 0)}).containsExactly(200, 30);
  }

  /// {@return an interlaced PNG or a progressive JPEG file}
  private static byte[] progressive(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    try (MemoryCacheImageOutputStream to = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      writer.setOutput(to);
      writer.write(null, new IIOImage(image, null, null), how);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  @Test
  void sizesChangeByTheMeanOfWhatIsAround() {
    byte[] samples = {0, 100, (byte) 200, 40};
    RasterImage four = new RasterImage(4, 1, 1, samples);
    assertThat(four.resized(4, 1)).isSameAs(four);
    RasterImage flat = new RasterImage(2, 2, 1, new byte[] {77, 77, 77, 77}).resized(9, 5);
    for (int i = 0; i < 45; i++) {
      assertThat(sample(flat, i, 0)).isEqualTo(77);
    }
    // Triangles of two pixels to either side, at 1 and 3: weights 3 3 1 (of 7), and the other way
    // round.
    RasterImage half = four.resized(2, 1);
    assertThat(sample(half, 0, 0)).isEqualTo((int) Math.floor((300 + 200) / 7.0 + 0.5));
    assertThat(sample(half, 1, 0)).isEqualTo((int) Math.floor((100 + 600 + 120) / 7.0 + 0.5));
    // Twice as large: a quarter from the neighbour.
    RasterImage twice = new RasterImage(2, 1, 1, new byte[] {0, 100}).resized(4, 1);
    assertThat(new int[] {sample(twice, 0, 0), sample(twice, 1, 0), sample(twice, 2, 0)})
        .containsExactly(0, 25, 75);
  }

  @Test
  void channelsStandWhereTheShapeHasThem() {
    byte[] samples = new byte[2 * 2 * 3];
    random.nextBytes(samples);
    RasterImage image = new RasterImage(2, 2, 3, samples);
    float[] planes = floats(image, Shape.of(1, 3, 2, 2), ImageChoice.PLAIN);
    float[] pixels = floats(image, Shape.of(1, 2, 2, 3), ImageChoice.PLAIN);
    ImageChoice bgr = new ImageChoice(1, ZERO, ONE, Fit.CROP, true, Layout.AUTO);
    float[] swapped = floats(image, Shape.of(3, 2, 2), bgr);
    for (int pixel = 0; pixel < 4; pixel++) {
      for (int c = 0; c < 3; c++) {
        float expected = samples[3 * pixel + c] & 0xff;
        assertThat(planes[4 * c + pixel]).as("seed %d", seed).isEqualTo(expected);
        assertThat(pixels[3 * pixel + c]).isEqualTo(expected);
        assertThat(swapped[4 * (2 - c) + pixel]).isEqualTo(expected);
      }
    }
    byte[] bytes =
        ImageTensor.bytes(
            "x",
            image,
            new TensorType("x", ElementType.U8, Shape.of(1, 2, 2, 3)),
            ImageChoice.PLAIN);
    assertThat(bytes).isEqualTo(samples);
  }

  @Test
  void meansAndDeviationsAreOfEachChannel() {
    RasterImage image = new RasterImage(1, 1, 3, new byte[] {10, 20, (byte) 255});
    ImageChoice choice =
        new ImageChoice(
            1 / 255.0,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225),
            Fit.EXACT,
            false,
            Layout.AUTO);
    assertThat(floats(image, Shape.of(1, 3, 1, 1), choice))
        .containsExactly(
            (float) ((10 / 255.0 - 0.485) / 0.229),
            (float) ((20 * (1 / 255.0) - 0.456) / 0.224),
            (float) ((1 - 0.406) / 0.225));
  }

  @Test
  void theMiddleIsTakenInTheRightProportions() {
    byte[] wide = new byte[6 * 2];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = (byte) i;
    }
    RasterImage image = new RasterImage(6, 2, 1, wide);
    assertThat(floats(image, Shape.of(1, 1, 2, 2), ImageChoice.PLAIN)).containsExactly(2, 3, 8, 9);
    ImageChoice stretch = new ImageChoice(1, ZERO, ONE, Fit.STRETCH, false, Layout.AUTO);
    assertThat(floats(image, Shape.of(1, 1, 2, 6), stretch)).startsWith(0, 1, 2);
    assertThat(floats(image, Shape.of(1, 1, 2, 3), stretch)).hasSize(6);
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheReason() {
    RasterImage image = new RasterImage(2, 2, 3, new byte[12]);
    refused(image, Shape.of(1, 5, 2, 2), ImageChoice.PLAIN, "5 channels");
    refused(image, Shape.of(2, 3, 2, 2), ImageChoice.PLAIN, "a shape such as 1x3x224x224");
    refused(image, Shape.of(12), ImageChoice.PLAIN, "a shape such as 1x3x224x224");
    refused(
        image,
        Shape.of(1, 3, 4, 4),
        new ImageChoice(1, ZERO, ONE, Fit.EXACT, false, Layout.AUTO),
        "it is 2 x 2 pixels; expected are 4 x 4");
    refused(
        image,
        Shape.of(1, 3, 2, 2),
        new ImageChoice(1, List.of(1.0, 2.0), ONE, Fit.CROP, false, Layout.AUTO),
        "--image-mean: 2 numbers; expected are 1 or 3");
    assertThatThrownBy(
            () ->
                ImageTensor.bytes(
                    "x.png",
                    image,
                    new TensorType("x", ElementType.U8, Shape.of(1, 3, 2, 2)),
                    new ImageChoice(0.5, ZERO, ONE, Fit.CROP, false, Layout.AUTO)))
        .hasMessageContaining("these are for floats");
  }

  private static void refused(RasterImage image, Shape shape, ImageChoice choice, String words) {
    assertThatThrownBy(() -> floats(image, shape, choice))
        .isInstanceOf(Failure.class)
        .hasMessageContaining(words);
  }

  private static float[] floats(RasterImage image, Shape shape, ImageChoice choice) {
    TensorType type = new TensorType("x", ElementType.F32, shape);
    return Tensor.ofBytes(ElementType.F32, shape, ImageTensor.bytes("x.png", image, type, choice))
        .floats();
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }
}

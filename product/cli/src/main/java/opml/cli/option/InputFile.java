package opml.cli.option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.JsonTensor;
import opml.cli.console.Messages;
import opml.cli.console.Npy;
import opml.cli.console.TensorType;
import opml.cli.image.ImageChoice;
import opml.cli.image.ImageTensor;
import opml.cli.image.RasterImage;
import opml.engine.tensor.Tensor;
import opml.formats.image.Pgm;
import opml.formats.onnx.file.OnnxReader;

/// Reads what one input of a model is to be: a NumPy array (`.npy`), one of ONNX's tensors (`.pb`), nested arrays of
/// numbers (`.json`), the tensor's bytes as they are, a `.pgm` image, one image of an idx file, or a PNG or JPEG image.
/// Pixels of the first two kinds become bytes, or floats where the model wants four times as many bytes as the image
/// has pixels; those of the last are fitted into the input's shape ([ImageChoice]).
///
/// What a file begins with counts more than how its name ends, except for bytes of just the right number: those are
/// taken as they are, unless the name says otherwise.
///
/// @param bytes exactly as many as the input takes
/// @param isOneOfSeveral whether the file has images of which one was taken
record InputFile(byte[] bytes, boolean isOneOfSeveral) {
  /// {@return what a file gives an input}
  ///
  /// @param wanted how many bytes the input takes
  /// @param type of the input, if the model's file told it
  /// @param index which image of an idx file, from 0
  /// @param choice how a PNG or JPEG image is fitted into the input
  /// @throws Failure if the file cannot be read, or holds something else
  /// @throws opml.core.codec.MalformedException if it is damaged, or an array of another type or shape
  static InputFile read(
      Path file, long wanted, Optional<TensorType> type, int index, ImageChoice choice) {
    try {
      return new Reader(file, wanted, type, choice).read(index);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  /// {@return whether a file's name says that it holds one array}
  static boolean holdsOneArray(Path file) {
    return Format.of(file) != Format.ANY;
  }

  /// What a file's name says of it.
  private enum Format {
    PGM,
    JSON,
    NPY,
    PB,
    PICTURE,
    ANY;

    static Format of(Path file) {
      String name = file.toString().toLowerCase(Locale.ROOT);
      return switch (name.substring(name.lastIndexOf('.') + 1)) {
        case "pgm" -> PGM;
        case "json" -> JSON;
        case "npy" -> NPY;
        case "pb" -> PB;
        case "png", "jpg", "jpeg" -> PICTURE;
        default -> ANY;
      };
    }
  }

  /// Reads one file.
  private record Reader(Path file, long wanted, Optional<TensorType> type, ImageChoice choice) {
    /// The largest input that any model here takes, and a header.
    private static final int MAX_BYTES = (1 << 26) + (1 << 17);

    private static final int IDX_IMAGES = 0x00000803;
    private static final int IDX_HEADER = 16;

    InputFile read(int index) throws IOException {
      return switch (Format.of(file)) {
        case PGM -> only(pixels(Pgm.read(file).pixels()));
        case JSON -> only(json());
        case NPY -> only(npy(content()));
        case PB -> only(tensor());
        case PICTURE -> only(picture(content()));
        case ANY -> any(content(), index);
      };
    }

    private static InputFile only(byte[] bytes) {
      return new InputFile(bytes, false);
    }

    private byte[] content() throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(MAX_BYTES + 1);
      }
    }

    private InputFile any(byte[] bytes, int index) {
      if (bytes.length == wanted) {
        return only(bytes);
      }
      if (Npy.isMagic(bytes)) {
        return only(npy(bytes));
      }
      if (RasterImage.format(bytes).isPresent()) {
        return only(picture(bytes));
      }
      if (isIdx(bytes)) {
        return new InputFile(pixels(image(bytes, index)), true);
      }
      throw Failure.misuse(
          "%s: %s bytes, the model takes exactly %d%s"
              .formatted(
                  file, bytes.length > MAX_BYTES ? "too many" : bytes.length, wanted, taken()));
    }

    private String taken() {
      return type.map(known -> " for " + known).orElse("");
    }

    private byte[] json() throws IOException {
      TensorType known =
          type.orElseThrow(
              () ->
                  Failure.misuse(
                      file
                          + ": only the model's file tells the numbers' type; name it with"
                          + " --model"));
      try (InputStream in = Files.newInputStream(file)) {
        return JsonTensor.read(file.toString(), in, known);
      }
    }

    private byte[] npy(byte[] bytes) {
      return type.isPresent()
          ? Npy.read(file.toString(), bytes, type.get())
          : Npy.read(file.toString(), bytes, wanted);
    }

    private byte[] tensor() throws IOException {
      Tensor tensor = OnnxReader.tensor(file).value();
      boolean fits =
          type.map(one -> one.element() == tensor.type() && one.shape().equals(tensor.shape()))
              .orElse(tensor.data().byteSize() == wanted);
      if (!fits) {
        throw Failure.misuse(
            "%s: %s %s, the model takes exactly %d bytes%s"
                .formatted(file, tensor.type().label(), tensor.shape(), wanted, taken()));
      }
      return tensor.bytes();
    }

    private byte[] picture(byte[] bytes) {
      TensorType known =
          type.orElseThrow(
              () ->
                  Failure.misuse(
                      file
                          + ": only the model's file tells the shape for an image; name it with"
                          + " --model"));
      return ImageTensor.bytes(
          file.toString(), RasterImage.read(file.toString(), bytes), known, choice);
    }

    private boolean isIdx(byte[] bytes) {
      return bytes.length >= IDX_HEADER && ByteBuffer.wrap(bytes).getInt() == IDX_IMAGES;
    }

    private byte[] image(byte[] bytes, int index) {
      ByteBuffer header = ByteBuffer.wrap(bytes).position(4);
      int count = header.getInt();
      long size = (long) header.getInt() * header.getInt();
      if (count < 1 || size < 1 || bytes.length - IDX_HEADER != count * (double) size) {
        throw Failure.misuse(
            "%s, offset 4: %d images of %d pixels do not make a file of %d bytes"
                .formatted(file, count, size, bytes.length));
      }
      if (index < 0 || index >= count) {
        throw Failure.misuse(
            "%s: there is no image %d, only 0 to %d".formatted(file, index, count - 1));
      }
      int from = IDX_HEADER + index * (int) size;
      return Arrays.copyOfRange(bytes, from, from + (int) size);
    }

    private byte[] pixels(byte[] pixels) {
      if (wanted == pixels.length) {
        return pixels;
      }
      if (wanted != 4L * pixels.length) {
        throw Failure.misuse(
            "%s: an image of %d pixels, the model takes exactly %d bytes%s"
                .formatted(file, pixels.length, wanted, taken()));
      }
      ByteBuffer floats = ByteBuffer.allocate((int) wanted).order(ByteOrder.LITTLE_ENDIAN);
      for (byte pixel : pixels) {
        floats.putFloat(pixel & 0xff);
      }
      return floats.array();
    }
  }
}

package opml.cli.option;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.JsonTensor;
import opml.cli.console.Messages;
import opml.cli.console.Npy;
import opml.cli.console.TensorType;
import opml.core.codec.MalformedException;
import opml.core.codec.WholeFile;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// A file of one value of a model that has strings, whose shape the file says: nested arrays of strings or numbers
/// (`.json`), one of ONNX's tensors (`.pb`), and of numbers a NumPy array (`.npy`).
final class ValueFile {
  private static final int MOST_BYTES = (1 << 26) + (1 << 17);

  /// Chars of one string.
  private static final int MOST_CHARS = 1 << 24;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Shape.MAX_RANK + 1)
                          .maxStringLength(MOST_CHARS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private enum Format {
    JSON,
    NPY,
    PB;

    static Optional<Format> of(Path file) {
      String name = file.toString().toLowerCase(Locale.ROOT);
      return switch (name.substring(name.lastIndexOf('.') + 1)) {
        case "json" -> Optional.of(JSON);
        case "npy" -> Optional.of(NPY);
        case "pb" -> Optional.of(PB);
        default -> Optional.empty();
      };
    }
  }

  private final Path file;
  private final Format format;

  private ValueFile(Path file, Format format) {
    this.file = file;
    this.format = format;
  }

  /// @throws Failure if the name says no format that can have such a value
  static ValueFile of(Path file, OnnxValueInfo declared) {
    boolean isText = isText(declared);
    return Format.of(file)
        .filter(format -> !isText || format != Format.NPY)
        .map(format -> new ValueFile(file, format))
        .orElseThrow(
            () ->
                Failure.misuse(
                    "%s: expected is a file of %s, for %s"
                        .formatted(
                            file,
                            isText ? "strings, .json or .pb" : "numbers, .json, .npy or .pb",
                            declared.describe())));
  }

  private static boolean isText(OnnxValueInfo declared) {
    return declared.elementType() == OnnxType.STRING.code();
  }

  /// {@return what is in the file}
  ///
  /// @throws Failure if it cannot be read, or holds something else
  /// @throws MalformedException if it is damaged
  ModelValue read(OnnxValueInfo declared) {
    try {
      return switch (format) {
        case PB -> OnnxReader.tensor(file).content();
        case NPY -> new NumberTensor(Npy.tensor(file.toString(), bytes()));
        case JSON -> json(declared);
      };
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  private byte[] bytes() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw Failure.misuse("%s: more than %,d bytes".formatted(file, MOST_BYTES));
      }
      return bytes;
    }
  }

  private ModelValue json(OnnxValueInfo declared) throws IOException {
    byte[] bytes = bytes();
    JsonNode root;
    try {
      root = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new MalformedException(
          "%s: not JSON: %s".formatted(file, Messages.oneLine(e.getOriginalMessage())));
    }
    List<Integer> dims = new ArrayList<>();
    for (JsonNode node = root; node.isArray(); node = node.path(0)) {
      dims.add(node.size());
    }
    Shape shape;
    try {
      shape = new Shape(dims);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(file + ": " + e.getMessage());
    }
    if (!isText(declared)) {
      TensorType type =
          declared
              .type()
              .flatMap(OnnxType::element)
              .map(element -> new TensorType(declared.name(), element, shape))
              .orElseThrow(() -> Failure.misuse("%s: %s".formatted(file, declared.describe())));
      byte[] values = JsonTensor.read(file.toString(), new ByteArrayInputStream(bytes), type);
      return new NumberTensor(type.tensor(values));
    }
    List<String> values = new ArrayList<>();
    strings(root, shape, 0, values);
    try {
      return new StringTensor(shape, values);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(file + ": " + e.getMessage());
    }
  }

  private void strings(JsonNode node, Shape shape, int axis, List<String> values) {
    if (axis == shape.rank()) {
      if (!node.isTextual()) {
        throw new MalformedException(
            "%s: value %d is %s; expected are strings in nested arrays"
                .formatted(file, values.size(), Messages.oneLine(kind(node))));
      }
      values.add(node.textValue());
      return;
    }
    if (!node.isArray() || node.size() != shape.dim(axis)) {
      throw new MalformedException(
          "%s: the arrays are not all alike: in dimension %d, %d are expected"
              .formatted(file, axis, shape.dim(axis)));
    }
    node.forEach(one -> strings(one, shape, axis + 1, values));
  }

  private static String kind(JsonNode node) {
    return node.isContainerNode() ? "no single value" : node.toString();
  }

  /// Checks that it can be written, before anybody waits for what is to be written.
  ///
  /// @throws Failure if it cannot
  void requireWritable() {
    try {
      WholeFile.requireWritable(file);
    } catch (IOException e) {
      throw new Failure("--output " + Messages.at(file, e).getMessage(), e);
    }
  }

  /// Writes a value.
  ///
  /// @throws Failure if the file cannot be written
  void write(String name, ModelValue value) {
    byte[] bytes =
        switch (value) {
          case StringTensor strings ->
              format == Format.PB
                  ? OnnxWriter.write(new OnnxTensor(name, strings))
                  : (text(strings) + "\n").getBytes(StandardCharsets.UTF_8);
          case NumberTensor(Tensor tensor) ->
              switch (format) {
                case PB -> OnnxWriter.write(new OnnxTensor(name, tensor));
                case JSON -> JsonTensor.write(tensor).getBytes(StandardCharsets.UTF_8);
                case NPY ->
                    Npy.write(new TensorType(name, tensor.type(), tensor.shape()), tensor.bytes());
              };
        };
    try {
      WholeFile.write(file, bytes);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  private static String text(StringTensor tensor) {
    StringBuilder text = new StringBuilder();
    text(tensor, 0, 0, text);
    return text.toString();
  }

  private static int text(StringTensor tensor, int axis, int index, StringBuilder text) {
    if (axis == tensor.shape().rank()) {
      text.append(Json.line(tensor.values().get(index)));
      return index + 1;
    }
    int next = index;
    text.append('[');
    for (int i = 0; i < tensor.shape().dim(axis); i++) {
      text.append(i == 0 ? "" : ", ");
      next = text(tensor, axis + 1, next, text);
    }
    text.append(']');
    return next;
  }

  @Override
  public String toString() {
    return file.toString();
  }
}

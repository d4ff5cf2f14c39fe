package opml.cli.option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.console.Npy;
import opml.core.codec.MalformedException;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.Bindings;
import opml.formats.onnx.file.OnnxReader;
import picocli.CommandLine.Option;

/// What an ONNX model's file leaves open.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BindOptions {
  /// Of a file: what is bound decides a shape, and is no larger than any input.
  private static final int MOST_BYTES = (1 << 26) + (1 << 17);

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final Pattern SHAPE = Pattern.compile("[0-9]{1,9}(x[0-9]{1,9})+|[0-9]{1,9}x");

  @Option(
      names = "--bind",
      paramLabel = "NAME=VALUE",
      split = ",",
      description =
          "Of an ONNX model: what its file leaves open, which becomes a part of the model and of"
              + " its id. A number for a dimension (batch=1), or for the tensors of an input that"
              + " is a sequence (frames=3; they are inputs frames[0], …) or an optional (0 or 1); a"
              + " shape for an input (x=1x3x224x224, x=5x for one axis), or a constant in its place"
              + " (shape=@shape.npy, or .pb), where it decides a shape. Several with commas.")
  private List<String> bound = List.of();

  /// {@return what is bound}
  ///
  /// @throws Failure that tells all that is not as it must be
  public Bindings bindings() {
    Map<String, Integer> dims = new HashMap<>();
    Map<String, Shape> shapes = new HashMap<>();
    Map<String, Tensor> inputs = new HashMap<>();
    List<String> flaws = new ArrayList<>();
    for (String one : bound) {
      int equals = one.lastIndexOf("=@");
      equals = equals < 0 ? one.lastIndexOf('=') : equals;
      String name = one.substring(0, Math.max(0, equals));
      String value = one.substring(equals + 1);
      if (name.isEmpty()) {
        flaws.add("'%s' has no name before =".formatted(one));
      } else if (dims.containsKey(name) || shapes.containsKey(name) || inputs.containsKey(name)) {
        flaws.add("%s is bound twice".formatted(name));
      } else if (value.startsWith("@")) {
        try {
          inputs.put(name, tensor(Path.of(value.substring(1))));
        } catch (Failure | MalformedException | InvalidPathException e) {
          flaws.add("%s: %s".formatted(one, e.getMessage()));
        }
      } else if (NUMBER.matcher(value).matches()) {
        dims.put(name, Integer.parseInt(value));
      } else if (SHAPE.matcher(value).matches()) {
        try {
          shapes.put(name, shape(value));
        } catch (IllegalArgumentException e) {
          flaws.add("%s: %s".formatted(one, e.getMessage()));
        }
      } else {
        flaws.add("%s: expected is a number, a shape such as 1x3x224x224, or @FILE".formatted(one));
      }
    }
    if (!flaws.isEmpty()) {
      throw new Failure("--bind: " + String.join("; ", flaws));
    }
    return new Bindings(dims, shapes, inputs);
  }

  private static Shape shape(String value) {
    return new Shape(
        Stream.of(value.split("x", -1))
            .filter(dim -> !dim.isEmpty())
            .map(Integer::valueOf)
            .toList());
  }

  private static Tensor tensor(Path file) {
    try {
      return file.toString().toLowerCase(Locale.ROOT).endsWith(".pb")
          ? OnnxReader.tensor(file).value()
          : Npy.tensor(file.toString(), content(file));
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  /// A device says that it has no bytes, and has no end.
  private static byte[] content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw Failure.misuse("%s: more than %,d bytes".formatted(file, MOST_BYTES));
      }
      return bytes;
    }
  }
}

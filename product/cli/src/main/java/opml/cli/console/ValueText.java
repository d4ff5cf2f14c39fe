package opml.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import opml.engine.tensor.Tensor;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;
import org.jspecify.annotations.Nullable;

/// An output of a model that has strings, as people and programs read it.
public record ValueText(String name, ModelValue value) {
  /// More values than this are not for reading.
  private static final int SHOWN = 32;

  /// {@return name, type, shape, and values in rows one after the other}
  public Map<String, @Nullable Object> object() {
    return switch (value) {
      case StringTensor strings ->
          Json.object(
              "name",
              name,
              "type",
              "string",
              "shape",
              strings.shape().dims(),
              "values",
              strings.values());
      case NumberTensor(Tensor tensor) ->
          Json.object(
              "name", name,
              "type", tensor.type().label(),
              "shape", tensor.shape().dims(),
              "values", numbers(tensor, tensor.shape().count()));
    };
  }

  private static List<Number> numbers(Tensor tensor, int most) {
    List<Number> all = new ArrayList<>();
    for (int i = 0; i < Math.min(most, tensor.shape().count()); i++) {
      if (tensor.type().isFloat()) {
        all.add(tensor.real(i));
      } else {
        all.add(tensor.integer(i));
      }
    }
    return all;
  }

  @Override
  public String toString() {
    int count;
    String shown;
    switch (value) {
      case StringTensor strings -> {
        count = strings.values().size();
        shown =
            strings.values().stream().limit(SHOWN).map(Json::line).collect(Collectors.joining(" "));
      }
      case NumberTensor(Tensor tensor) -> {
        count = tensor.shape().count();
        shown =
            numbers(tensor, SHOWN).stream().map(String::valueOf).collect(Collectors.joining(" "));
      }
    }
    String more = count > SHOWN ? " … (%d values)".formatted(count) : "";
    return "output %s %s: %s%s".formatted(Messages.oneLine(name), value.describe(), shown, more);
  }
}

package opml.cli.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What a model says: its values with their type and shape, and the index of the greatest, which for a classifier is
/// the class.
public final class OutputText {
  /// More values than this are not for reading.
  private static final int SHOWN = 32;

  private final TensorType type;
  private final List<Number> values = new ArrayList<>();

  /// @param bytes as many as the type has
  public OutputText(TensorType type, byte[] bytes) {
    this.type = type;
    Tensor output = type.tensor(bytes);
    for (int i = 0; i < output.shape().count(); i++) {
      if (output.type() == ElementType.F32) {
        values.add(output.f32(i));
      } else {
        values.add(output.integer(i));
      }
    }
  }

  /// {@return the fields that programs get of an output: values in rows one after the other, what they are, and the
  /// class; all null where nobody knows}
  public static Map<String, @Nullable Object> fields(Optional<OutputText> output) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("output", output.map(read -> read.values).orElse(null));
    fields.put("outputName", output.map(read -> read.type.name()).orElse(null));
    fields.put("outputType", output.map(read -> read.type.element().label()).orElse(null));
    fields.put("outputShape", output.map(read -> read.type.shape().dims()).orElse(null));
    fields.put("top", output.flatMap(OutputText::top).orElse(null));
    return fields;
  }

  /// {@return the first index of the greatest value, if there are several values and all of them are numbers}
  public Optional<Integer> top() {
    boolean numbers = values.stream().noneMatch(value -> Double.isNaN(value.doubleValue()));
    if (values.size() < 2 || !numbers) {
      return Optional.empty();
    }
    return IntStream.range(0, values.size())
        .boxed()
        .reduce((a, b) -> values.get(b).doubleValue() > values.get(a).doubleValue() ? b : a);
  }

  @Override
  public String toString() {
    String shown =
        values.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(" "));
    String more = values.size() > SHOWN ? " … (" + values.size() + " values)" : "";
    return "output "
        + type
        + ": "
        + shown
        + more
        + top().map(top -> "\ntop class " + top).orElse("");
  }
}

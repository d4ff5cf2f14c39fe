package opml.cli.console;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.engine.graph.Port;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What a model says: the values of each output with their type and shape. A model whose only output looks like the
/// scores of classes also says a class, the index of the greatest.
public final class OutputText {
  /// More values than this are not for reading.
  private static final int SHOWN = 32;

  /// No classifier tells more classes apart than this.
  private static final int MOST_CLASSES = 100_000;

  private final List<Values> outputs;

  /// @param bytes as many as the port has
  public OutputText(Port port, byte[] bytes) {
    this.outputs = port.results().stream().map(part -> Values.of(port, part, bytes)).toList();
  }

  /// {@return the fields that programs get of an output: values in rows one after the other, what they are, and the
  /// class; all null where nobody knows. Of several outputs, they are objects of one list, and none is a class}
  public static Map<String, @Nullable Object> fields(Optional<OutputText> output) {
    List<Values> all = output.map(read -> read.outputs).orElse(List.of());
    if (all.size() > 1) {
      return Json.object("outputs", all.stream().map(Values::object).toList());
    }
    Optional<Values> one = all.stream().findFirst();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("output", one.map(Values::values).orElse(null));
    fields.put("outputName", one.map(read -> read.type.name()).orElse(null));
    fields.put("outputType", one.map(read -> read.type.element().label()).orElse(null));
    fields.put("outputShape", one.map(read -> read.type.shape().dims()).orElse(null));
    fields.put("top", one.flatMap(Values::top).orElse(null));
    return fields;
  }

  @Override
  public String toString() {
    String values = outputs.stream().map(Values::toString).collect(Collectors.joining("\n"));
    Optional<Integer> top = outputs.size() == 1 ? outputs.getFirst().top() : Optional.empty();
    return values + top.map(one -> "\ntop class " + one).orElse("");
  }

  /// One output.
  private record Values(TensorType type, List<Number> values) {
    static Values of(Port port, Port.Part part, byte[] bytes) {
      Tensor output = port.tensor(part, MemorySegment.ofArray(bytes));
      TensorType type = new TensorType(part.name(), output.type(), output.shape());
      List<Number> values = new ArrayList<>();
      for (int i = 0; i < output.shape().count(); i++) {
        if (output.type() == ElementType.F32) {
          values.add(output.f32(i));
        } else {
          values.add(output.integer(i));
        }
      }
      return new Values(type, values);
    }

    Map<String, @Nullable Object> object() {
      return Json.object(
          "name", type.name(),
          "type", type.element().label(),
          "shape", type.shape().dims(),
          "values", values);
    }

    /// {@return the first index of the greatest value, if these look like scores: one row of numbers}
    Optional<Integer> top() {
      int count = values.size();
      boolean row = type.shape().rank() > 0 && type.shape().dims().getLast() == count;
      boolean numbers = values.stream().noneMatch(value -> Double.isNaN(value.doubleValue()));
      if (!row
          || count < 2
          || count > MOST_CLASSES
          || type.element() == ElementType.BOOL
          || !numbers) {
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
      return "output %s: %s%s".formatted(type, shown, more);
    }
  }
}

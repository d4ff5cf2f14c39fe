package opml.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;

/// What a model says, for people: its values, and the index of the greatest, which for a classifier is the class.
public final class OutputText {
  /// More values than this are not for reading.
  private static final int SHOWN = 32;

  private final List<Number> values = new ArrayList<>();

  public OutputText(Tensor output) {
    for (int i = 0; i < output.shape().count(); i++) {
      if (output.type() == ElementType.F32) {
        values.add(output.f32(i));
      } else {
        values.add(output.integer(i));
      }
    }
  }

  public List<Number> values() {
    return values;
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
    return "output " + shown + more + top().map(top -> "\ntop class " + top).orElse("");
  }
}

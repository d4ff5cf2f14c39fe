package opml.formats.onnx.text;

import java.util.List;
import java.util.Optional;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;

/// What operations ask of their inputs.
final class TextInputs {
  private TextInputs() {}

  static StringTensor strings(List<Optional<ModelValue>> inputs, int index) {
    return switch (value(inputs, index)) {
      case StringTensor strings -> strings;
      case NumberTensor other ->
          throw new IllegalArgumentException(
              "input %d is %s; expected are strings".formatted(index, other.describe()));
    };
  }

  static Tensor numbers(List<Optional<ModelValue>> inputs, int index) {
    return switch (value(inputs, index)) {
      case NumberTensor(Tensor tensor) -> tensor;
      case StringTensor other ->
          throw new IllegalArgumentException(
              "input %d is %s; expected are numbers".formatted(index, other.describe()));
    };
  }

  static ModelValue value(List<Optional<ModelValue>> inputs, int index) {
    return inputs.get(index).orElseThrow(() -> absent(index));
  }

  private static IllegalArgumentException absent(int index) {
    return new IllegalArgumentException("input %d is absent".formatted(index));
  }

  /// {@return a shape whose sizes may be too large for one}
  ///
  /// @throws IllegalArgumentException if they are
  static Shape shape(List<Integer> dims) {
    Shape shape = new Shape(dims);
    StringTensor.requireRoom(shape.count());
    return shape;
  }
}

package opml.formats.onnx;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// What a name in the model stands for: a tensor of known type and shape, kept in a place that views share.
record Value(ElementType type, Shape shape, Place place) {
  private static final int NO_SLOT = -1;

  /// Where the bytes are. A constant gets a slot only when a node reads it, so that unused ones cost nothing.
  static final class Place {
    private final String name;
    private final Optional<Tensor> constant;
    private int slot = NO_SLOT;

    private Place(String name, Optional<Tensor> constant) {
      this.name = name;
      this.constant = constant;
    }

    String name() {
      return name;
    }

    Optional<Tensor> constant() {
      return constant;
    }

    boolean hasSlot() {
      return slot != NO_SLOT;
    }

    int slot() {
      return slot;
    }

    void assign(int number) {
      slot = number;
    }
  }

  static Value constant(String name, Tensor tensor) {
    return new Value(tensor.type(), tensor.shape(), new Place(name, Optional.of(tensor)));
  }

  static Value computed(String name, ElementType type, Shape shape) {
    return new Value(type, shape, new Place(name, Optional.empty()));
  }

  Value reshaped(Shape other) {
    return new Value(type, other, place);
  }

  /// {@return the tensor, in this value's shape, if it is known now}
  Optional<Tensor> constant() {
    return place.constant().map(tensor -> tensor.reshaped(shape));
  }

  /// {@return `f32 1x10`}
  String describe() {
    return type.label() + " " + shape;
  }
}

package opml.formats.onnx.node;

import java.util.Optional;
import opml.core.codec.Names;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.refusal.Reason.Kind;

/// What a name in the model stands for: a tensor of known type and shape, kept in a place that views share.
public record Value(ElementType type, Shape shape, Place place) {
  public static final String TOO_LARGE =
      "tensors of more than " + Slot.MAX_BYTES + " bytes are not supported";

  private static final String BUT_WEIGHTS = ", but as a matrix in MatMul or Gemm";

  /// Where the bytes are: a slot to be, once a node that the output needs reads or writes it. Two places are never
  /// equal, whatever they hold.
  public static final class Place {
    private final String name;
    private final ElementType type;
    private final Shape shape;
    private final Optional<Tensor> constant;

    private Place(String name, ElementType type, Shape shape, Optional<Tensor> constant) {
      this.name = Names.shown(name);
      this.type = type;
      this.shape = shape;
      this.constant = constant;
    }

    public Optional<Tensor> constant() {
      return constant;
    }

    public long bytes() {
      return Tensor.byteSize(type, shape);
    }

    Slot slot() {
      return new Slot(name, type, shape, constant);
    }
  }

  public static Value constant(String name, Tensor tensor) {
    Place place = new Place(name, tensor.type(), tensor.shape(), Optional.of(tensor));
    return new Value(tensor.type(), tensor.shape(), place);
  }

  public static Value computed(String name, ElementType type, Shape shape) {
    return new Value(type, shape, new Place(name, type, shape, Optional.empty()));
  }

  public Value reshaped(Shape other) {
    return new Value(type, other, place);
  }

  /// {@return the tensor, in this value's shape, if it is known now}
  public Optional<Tensor> constant() {
    return place.constant().map(tensor -> tensor.reshaped(shape));
  }

  /// {@return what a constant has from an index on along an axis}
  Value part(int axis, int from, int count) {
    String name = "%s, %d to %d of axis %d".formatted(place.name, from, from + count, axis);
    return constant(name, constant().orElseThrow().part(axis, from, count));
  }

  public boolean isConstant() {
    return place.constant().isPresent();
  }

  /// {@return whether it has no elements, so that there can be no slot for it, and need be none}
  public boolean isEmpty() {
    return place.bytes() == 0;
  }

  /// Checks that there can be a slot for it.
  public void requireSlot() {
    if (place.bytes() < 1) {
      throw new RefusedNode(Kind.SIZE, "tensors without elements are not supported", describe());
    }
    requireSize();
  }

  /// Checks that a slot would hold as much, if there is something.
  void requireSize() {
    if (place.bytes() > Slot.MAX_BYTES) {
      String rule = isConstant() ? TOO_LARGE + BUT_WEIGHTS : TOO_LARGE;
      throw new RefusedNode(Kind.SIZE, rule, describe());
    }
  }

  /// {@return `float 1x10`}
  public String describe() {
    return Types.describe(type, shape);
  }
}

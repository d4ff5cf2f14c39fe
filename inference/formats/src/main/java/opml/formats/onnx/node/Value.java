package opml.formats.onnx.node;

import java.util.List;
import java.util.Optional;
import opml.core.codec.Names;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.refusal.Reason.Kind;

/// A tensor of known type and shape, kept in a place that views share.
///
/// @param count how much of it is there, if the data decide that: then the shape is the greatest that it can have
public record Value(ElementType type, Shape shape, Place place, Optional<Count> count)
    implements Meaning {
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

  /// How much of a value is there. What lies behind means nothing, and may be any bits that follow from the model and
  /// its input.
  ///
  /// @param axis of which only the first places are there
  /// @param number how many, one int64 that a node computes
  public record Count(int axis, Place number) {}

  public static Value constant(String name, Tensor tensor) {
    Place place = new Place(name, tensor.type(), tensor.shape(), Optional.of(tensor));
    return new Value(tensor.type(), tensor.shape(), place, Optional.empty());
  }

  public static Value computed(String name, ElementType type, Shape shape) {
    return new Value(type, shape, new Place(name, type, shape, Optional.empty()), Optional.empty());
  }

  /// {@return all that is in a place, as it was written}
  static Value of(Place place) {
    return new Value(place.type, place.shape, place, Optional.empty());
  }

  /// {@return the same bytes in another shape}
  ///
  /// @throws IllegalStateException if it is not known how much of them is there
  public Value reshaped(Shape other) {
    if (count.isPresent()) {
      throw new IllegalStateException(place.name + " is reshaped, but counted");
    }
    return new Value(type, other, place, Optional.empty());
  }

  /// {@return the same value, of which only so much is there}
  public Value counted(Optional<Count> most) {
    return new Value(type, shape, place, most);
  }

  /// {@return all of its greatest shape, as if it were there}
  public Value whole() {
    return counted(Optional.empty());
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

  @Override
  public List<Value> tensors() {
    return List.of(this);
  }

  @Override
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
  public void requireSize() {
    if (place.bytes() > Slot.MAX_BYTES) {
      String rule = isConstant() ? TOO_LARGE + BUT_WEIGHTS : TOO_LARGE;
      throw new RefusedNode(Kind.SIZE, rule, describe());
    }
  }

  /// {@return `float 1x10`}
  @Override
  public String describe() {
    return Types.describe(type, shape);
  }
}

package opml.cli.console;

import opml.core.codec.Printable;
import opml.engine.graph.Port;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// What a model takes or says, as the outside sees it: the values' type and shape, and the name that the model's file
/// gives them.
public record TensorType(String name, ElementType element, Shape shape) {
  public static TensorType of(Port.Part part) {
    return new TensorType(part.name(), part.type(), part.shape());
  }

  /// {@return how many bytes such a tensor has}
  public long bytes() {
    return Tensor.byteSize(element, shape);
  }

  /// {@return the tensor of these bytes}
  public Tensor tensor(byte[] bytes) {
    return Tensor.ofBytes(element, shape, bytes);
  }

  /// {@return as people read it: `image u8 1x28x28`}
  @Override
  public String toString() {
    return "%s %s %s".formatted(Printable.line(name), element.label(), shape);
  }
}

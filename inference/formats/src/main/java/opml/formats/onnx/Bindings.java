package opml.formats.onnx;

import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxValueInfo;

/// What a model's file leaves open and its user decides at import: it becomes a part of the model, and so of its id.
///
/// @param dims symbolic dimensions, by the names that the file gives them
/// @param shapes whole shapes, by the names of inputs, where the file has no names, or another shape
/// @param inputs inputs that are constants of the model, by their names: they decide shapes, or what is run
public record Bindings(
    Map<String, Integer> dims, Map<String, Shape> shapes, Map<String, Tensor> inputs) {
  /// Nothing is bound.
  public static final Bindings NONE = new Bindings(Map.of(), Map.of(), Map.of());

  public Bindings {
    dims = Map.copyOf(dims);
    shapes = Map.copyOf(shapes);
    inputs = Map.copyOf(inputs);
  }

  /// {@return an input as a constant, if it is bound to one}
  Optional<Tensor> constant(OnnxValueInfo input) {
    return Optional.ofNullable(inputs.get(input.name()));
  }

  /// {@return the shape that an input is bound to, if it is}
  Optional<Shape> shape(OnnxValueInfo input) {
    return Optional.ofNullable(shapes.get(input.name()));
  }

  /// {@return what a symbolic dimension is bound to, if it is}
  Optional<Integer> dim(String name) {
    return Optional.ofNullable(dims.get(name));
  }
}

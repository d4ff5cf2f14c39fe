package opml.formats.onnx;

import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// What a model's file leaves open and its user decides at import: it becomes a part of the model, and so of its id.
///
/// An input that is a sequence of n tensors is n inputs, `name[0]` to `name[n - 1]` ([#element]).
///
/// @param dims symbolic dimensions, by the names that the file gives them; and, by the names of inputs, how many
///     tensors a sequence has, whether an optional has something (0 or 1), or how many tensors are in an optional
///     sequence (0 if it has none)
/// @param shapes whole shapes, by the names of inputs, where the file has no names, or another shape; that of a
///     sequence is the shape of all tensors in it that have none of their own
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

  /// {@return the name of a tensor of a sequence that is an input or an output: `name[index]`}
  public static String element(String name, int index) {
    return name + "[" + index + "]";
  }

  /// {@return an input as a constant, if it is bound to one}
  Optional<Tensor> constant(String input) {
    return Optional.ofNullable(inputs.get(input));
  }

  /// {@return the shape that an input is bound to, if it is}
  Optional<Shape> shape(String input) {
    return Optional.ofNullable(shapes.get(input));
  }

  /// {@return what a symbolic dimension, or the number of an input's tensors, is bound to, if it is}
  Optional<Integer> dim(String name) {
    return Optional.ofNullable(dims.get(name));
  }
}

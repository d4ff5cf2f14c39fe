package opml.formats.onnx.file;

import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.Tensor;

/// A named constant of a node.
public sealed interface OnnxAttribute {
  String name();

  record FloatValue(String name, float value) implements OnnxAttribute {}

  record IntValue(String name, long value) implements OnnxAttribute {}

  record Text(String name, String value) implements OnnxAttribute {}

  /// @param tensor whose data are read when they are asked for
  record TensorValue(String name, OnnxTensor tensor) implements OnnxAttribute {
    public TensorValue(String name, Tensor value) {
      this(name, new OnnxTensor("", value));
    }

    /// {@return the data, read now as [OnnxTensor#value] does}
    public Tensor value() {
      return tensor.value();
    }
  }

  record Floats(String name, List<Float> values) implements OnnxAttribute {
    public Floats {
      values = List.copyOf(values);
    }
  }

  record Ints(String name, List<Long> values) implements OnnxAttribute {
    public Ints {
      values = List.copyOf(values);
    }

    public static Ints of(String name, long... values) {
      return new Ints(name, Arrays.stream(values).boxed().toList());
    }
  }

  record Texts(String name, List<String> values) implements OnnxAttribute {
    public Texts {
      values = List.copyOf(values);
    }
  }

  /// A sub-graph, as nodes of control flow have it. It may read values of the graphs around it.
  record GraphValue(String name, OnnxGraph graph) implements OnnxAttribute {}

  /// The value of an attribute of the function in whose body the node stands.
  ///
  /// @param attribute the function's attribute; where a call does not give it, the node has none
  record Reference(String name, String attribute) implements OnnxAttribute {}

  /// {@return the same attribute by another name}
  default OnnxAttribute named(String other) {
    return switch (this) {
      case FloatValue(_, float value) -> new FloatValue(other, value);
      case IntValue(_, long value) -> new IntValue(other, value);
      case Text(_, String value) -> new Text(other, value);
      case TensorValue(_, OnnxTensor tensor) -> new TensorValue(other, tensor);
      case Floats(_, List<Float> values) -> new Floats(other, values);
      case Ints(_, List<Long> values) -> new Ints(other, values);
      case Texts(_, List<String> values) -> new Texts(other, values);
      case GraphValue(_, OnnxGraph graph) -> new GraphValue(other, graph);
      case Reference(_, String attribute) -> new Reference(other, attribute);
      case Unsupported(_, String kind) -> new Unsupported(other, kind);
    };
  }

  /// An attribute that no supported operator has; its content was skipped.
  ///
  /// @param kind what it is, in ONNX's words: `graphs`, `sparse_tensor`, `type_proto`, …
  record Unsupported(String name, String kind) implements OnnxAttribute {}
}

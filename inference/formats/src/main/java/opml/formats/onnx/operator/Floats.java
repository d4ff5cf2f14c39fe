package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// A node whose kernels compute in float32, whatever floats, or small integers, it is of: what it reads is cast, and
/// what it gives is cast back.
///
/// @param type of the node's floats
record Floats(NodeImport node, ElementType type) {
  /// {@return a node that is of the type of an input, which must be a float of at most 32 bits}
  static Floats of(NodeImport node, int index) {
    ElementType type = node.input(index).type();
    node.requireType(isSmall(type), type, "float, float16 and bfloat16 are supported");
    return new Floats(node, type);
  }

  private static boolean isSmall(ElementType type) {
    return type == ElementType.F32 || type == ElementType.F16 || type == ElementType.BF16;
  }

  /// {@return an input in float32, which may be of another float type than the node}
  Value input(int index) {
    Value value = node.input(index);
    node.requireType(
        isSmall(value.type()), value.type(), "float, float16 and bfloat16 are supported");
    return node.cast(value, ElementType.F32);
  }

  /// {@return an input in float32 if it is given}
  Optional<Value> optional(int index) {
    return node.optional(index).map(_ -> input(index));
  }

  /// {@return an input in float32, or a number for each of so many elements}
  Value orElse(int index, String what, float number, Shape shape) {
    return optional(index).orElseGet(() -> filled(node, what, number, shape));
  }

  /// Declares an output to be a value in float32, cast back.
  void define(int output, Value value) {
    node.define(output, node.cast(value, type));
  }

  /// {@return a constant of the same number everywhere}
  static Value filled(NodeImport node, String what, float number, Shape shape) {
    Tensor tensor = node.foldable(ElementType.F32, shape);
    for (int i = 0; i < shape.count(); i++) {
      Elements.put(tensor, i, number);
    }
    return node.constant(what, tensor);
  }

  /// {@return a tensor of one of the types that a node can be of}
  static Tensor random(CaseMaker make, int... dims) {
    return make.tensor(make.one(ElementType.F32, ElementType.F16, ElementType.BF16), dims);
  }
}

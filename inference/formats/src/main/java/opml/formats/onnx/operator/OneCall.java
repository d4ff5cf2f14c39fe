package opml.formats.onnx.operator;

import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// Calls of kernels of one operand, number by number.
final class OneCall {
  private OneCall() {}

  /// {@return what a kernel of float32 makes of floats of any width}
  ///
  /// @param what names the call; where it is empty, the call writes the node's result
  /// @param parameters the kernel's, by their names
  static Value ofFloats(NodeImport node, String what, String kernel, Value x, Real... parameters) {
    Value number = node.cast(x, ElementType.F32);
    String name = what.isEmpty() ? NumberTypes.before(ElementType.F32, x.type()) : what;
    NodeImport.Call call =
        write(node.call(kernel).read(number), name, ElementType.F32, x.shape())
            .ints("n", x.shape().count());
    for (Real parameter : List.of(parameters)) {
      call.real(parameter.name, parameter.value);
    }
    return node.cast(call.emitPart(), x.type());
  }

  /// {@return what an operation of a kernel makes of numbers of its type}
  static Value of(NodeImport node, String what, String kernel, int operation, Value x) {
    return write(node.call(kernel).read(x), what, x.type(), x.shape())
        .ints("n", x.shape().count())
        .ints("operation", operation)
        .emitPart();
  }

  /// Writes the node's result, or what is named.
  static NodeImport.Call write(NodeImport.Call call, String what, ElementType type, Shape shape) {
    return what.isEmpty() ? call.write(type, shape) : call.named(what).writePart(type, shape);
  }

  /// A parameter of a kernel.
  record Real(String name, float value) {}
}

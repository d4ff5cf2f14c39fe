package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Relu: `max(x, 0)`.
final class ReluOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0, ElementType.F32);
    node.attributes().end();
    node.call("relu.f32")
        .read(x)
        .write(ElementType.F32, x.shape())
        .ints("n", x.shape().count())
        .emit();
  }
}

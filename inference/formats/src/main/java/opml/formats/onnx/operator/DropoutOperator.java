package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// Dropout as inference has it: another name. The mask, its second output, is not supported.
final class DropoutOperator implements Operator {
  private static final int INFERENCE_UNLESS_ASKED = 7;

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 3);
    node.attributes().real("ratio", 0.5f);
    node.attributes().integer("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    if (node.opset() < INFERENCE_UNLESS_ASKED) {
      node.require(node.attributes().flag("is_test", false), "training mode is not supported");
    }
    node.attributes().end();
    if (node.optional(2).isPresent()) {
      Tensor training = node.constant(2);
      node.require(
          training.type() == ElementType.BOOL
              && training.shape().count() == 1
              && training.integer(0) == 0,
          "training mode is not supported");
    }
    node.define(node.input(0));
  }
}

package opml.formats.onnx.operator;

import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// Identity: another name.
final class IdentityOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    node.attributes().end();
    node.define(node.input(0));
  }
}

package opml.formats.onnx;

/// Identity: another name.
final class IdentityOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    node.attributes().end();
    node.define(node.input(0));
  }
}

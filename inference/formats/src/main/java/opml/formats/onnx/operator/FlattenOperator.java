package opml.formats.onnx.operator;

import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Flatten: the same bytes as a matrix, cut before `axis` (default 1).
final class FlattenOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    int rank = x.shape().rank();
    int axis = node.attributes().integer("axis", 1, -rank, rank);
    node.attributes().end();
    int cut = axis < 0 ? axis + rank : axis;
    node.define(x.reshaped(Shape.of(x.shape().countOf(0, cut), x.shape().countOf(cut, rank))));
  }
}

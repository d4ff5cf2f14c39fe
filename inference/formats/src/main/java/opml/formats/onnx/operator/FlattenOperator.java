package opml.formats.onnx.operator;

import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Flatten: the same bytes as a matrix, cut before `axis` (default 1).
final class FlattenOperator implements Operator {
  private static final int NEGATIVE_AXES = 11;

  private static final Declaration DECLARATION =
      Declaration.of("Flatten", "the same elements as a matrix, cut before an axis")
          .withAll(Way.NAME);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

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

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 4);
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int least = node.opset() >= NEGATIVE_AXES ? -rank : 0;
    return node.given(make.tensor(make.type(), make.dims(rank)))
        .integer("axis", make.between(least, rank))
        .end();
  }
}

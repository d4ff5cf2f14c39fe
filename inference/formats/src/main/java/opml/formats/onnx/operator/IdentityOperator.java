package opml.formats.onnx.operator;

import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Identity: another name, also of a sequence or an optional.
final class IdentityOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("Identity", "x itself").withAll(Way.NAME);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    node.attributes().end();
    node.define(node.meaning(0) instanceof Value ? node.alike(0) : node.meaning(0));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    return make.node(DECLARATION.since())
        .given(make.tensor(make.type(), make.dims(make.between(0, 4))))
        .end();
  }
}

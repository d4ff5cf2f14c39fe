package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// Dropout as inference has it: another name. The mask, its second output, is not supported.
final class DropoutOperator implements Operator {
  private static final int INFERENCE_UNLESS_ASKED = 7;
  private static final int RATIO_IS_AN_INPUT = 12;

  private static final Declaration DECLARATION =
      Declaration.of("Dropout", "x itself, as inference has it").withAll(Way.NAME);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

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

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    if (node.opset() < INFERENCE_UNLESS_ASKED) {
      node.flag("is_test", true);
    }
    node.given(make.tensor(make.type(), make.dims(make.between(0, 4))));
    return node.opset() < RATIO_IS_AN_INPUT
        ? node.real("ratio", 0.3f).end()
        : node.constant(make.floats()).constant(make.whole(ElementType.BOOL, 0, 0)).end();
  }
}

package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// Dropout as inference has it, or training with a ratio of zero: another name, and a mask of ones.
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
    node.arity(1, 3, 2);
    float ratio = node.attributes().real("ratio", 0.5f);
    node.attributes().integer("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    if (node.opset() < INFERENCE_UNLESS_ASKED) {
      node.require(node.attributes().flag("is_test", false), "training mode is not supported");
    }
    node.attributes().end();
    if (node.optional(2).isPresent() && node.constant(2).integer(0) != 0) {
      boolean keeps = node.optional(1).isPresent() ? node.constant(1).real(0) == 0 : ratio == 0;
      node.require(keeps, "training mode drops by chance, which is not supported");
    }
    node.define(node.input(0));
    if (node.wants(1)) {
      Shape shape = node.input(0).shape();
      Tensor ones = node.foldable(ElementType.BOOL, shape);
      ones.data().fill((byte) 1);
      node.define(1, node.constant("mask", ones));
    }
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

package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;

/// ConstantOfShape: one value, repeated.
final class ConstantOfShapeOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("ConstantOfShape", "one value, repeated to a shape")
          .since(9)
          .with(Way.CONSTANT, ElementType.I32, ElementType.I64);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Tensor value =
        node.attributes().tensor("value").orElseGet(() -> Tensor.ofFloats(Shape.of(1), 0));
    node.attributes().end();
    node.require(value.shape().count() == 1, "value is not one number");
    node.foldedInput(0);
    List<Integer> dims = new ArrayList<>();
    for (long dim : node.integers(0)) {
      node.require(dim >= 0 && dim <= Integer.MAX_VALUE, "a size is out of range", "" + dim);
      dims.add((int) dim);
    }
    Tensor result = node.foldable(value.type(), Shapes.of(node, dims));
    for (int i = 0; i < result.shape().count(); i++) {
      Elements.copy(value, 0, result, i, 1);
    }
    node.defineConstant(result);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    if (make.oneIn(2)) {
      node.tensor("value", make.tensor(make.type(), 1));
    }
    ElementType type = make.one(ElementType.I32, ElementType.I64);
    return node.constant(make.whole(type, 1, 4, make.between(1, 4))).end();
  }
}

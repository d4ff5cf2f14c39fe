package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.NUMBERS;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Relu: `max(x, 0)`.
final class ReluOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("Relu", "max(x, 0)").with(Way.KERNEL, NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    node.attributes().end();
    ElementType type = x.type();
    node.requireType(DECLARATION.types(Way.KERNEL).contains(type), type, "numbers are supported");
    if (type.isFloat() && type != ElementType.F64) {
      node.define(OneCall.ofFloats(node, "", "relu.f32", x));
      return;
    }
    Value zero = node.constant("zero", Tensor.zero(type, Shape.SCALAR));
    node.define(PairCall.arithmetic(node, "", PairCall.GREATER, x, zero));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(NUMBERS);
    return make.node(DECLARATION.since())
        .given(make.tensor(type, make.dims(make.between(0, 5))))
        .end();
  }
}

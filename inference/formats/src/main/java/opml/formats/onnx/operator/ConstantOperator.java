package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.node.Attributes;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;

/// Constant: a tensor, number or list of numbers among the attributes.
final class ConstantOperator implements Operator {
  private static final int NUMBERS = 12;

  private static final Declaration DECLARATION =
      Declaration.of("Constant", "a constant among the attributes").withAll(Way.CONSTANT);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(0, 0);
    Attributes attributes = node.attributes();
    Optional<Tensor> tensor =
        attributes
            .tensor("value")
            .or(() -> attributes.any("value_float").map(ConstantOperator::number))
            .or(() -> attributes.any("value_int").map(ConstantOperator::number))
            .or(() -> attributes.any("value_floats").map(ConstantOperator::number))
            .or(() -> attributes.any("value_ints").map(ConstantOperator::number));
    attributes.end();
    Tensor value =
        tensor.orElseThrow(
            () -> new RefusedNode("expected value, value_float(s) or value_int(s)", ""));
    node.countConstant(value.data().byteSize());
    node.defineConstant(value);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    if (node.opset() < NUMBERS || make.oneIn(2)) {
      return node.tensor("value", make.tensor(make.type(), make.dims(make.between(0, 3)))).end();
    }
    return make.oneIn(2)
        ? node.real("value_float", 0.1f).end()
        : node.integers("value_ints", make.dims(make.between(1, 4))).end();
  }

  private static Tensor number(OnnxAttribute attribute) {
    return switch (attribute) {
      case OnnxAttribute.FloatValue a -> Tensor.ofFloats(Shape.SCALAR, a.value());
      case OnnxAttribute.IntValue a -> Tensor.ofLongs(Shape.SCALAR, a.value());
      case OnnxAttribute.Floats a -> {
        Tensor tensor = Tensor.zero(ElementType.F32, Shape.of(a.values().size()));
        for (int i = 0; i < a.values().size(); i++) {
          tensor.data().set(Tensor.F32, 4L * i, a.values().get(i));
        }
        yield tensor;
      }
      case OnnxAttribute.Ints a ->
          Tensor.ofLongs(
              Shape.of(a.values().size()), a.values().stream().mapToLong(i -> i).toArray());
      case OnnxAttribute.Text a -> throw wrong(a);
      case OnnxAttribute.Texts a -> throw wrong(a);
      case OnnxAttribute.TensorValue a -> throw wrong(a);
      case OnnxAttribute.GraphValue a -> throw wrong(a);
      case OnnxAttribute.Reference a -> throw wrong(a);
      case OnnxAttribute.Unsupported a -> throw wrong(a);
    };
  }

  private static RefusedNode wrong(OnnxAttribute attribute) {
    return new RefusedNode("attribute " + attribute.name() + " does not hold numbers", "");
  }
}

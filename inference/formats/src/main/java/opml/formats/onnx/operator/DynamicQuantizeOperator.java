package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// DynamicQuantizeLinear: bytes, by a scale and a zero point that follow from the least and the greatest element.
final class DynamicQuantizeOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "DynamicQuantizeLinear", "bytes, and the scale and zero point that fit the range")
          .since(11)
          .with(Declaration.Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1, 3);
    node.attributes().end();
    Value x = node.input(0, ElementType.F32);
    node.call("dynamic.quantize")
        .read(x)
        .write(0, ElementType.U8, x.shape())
        .write(1, ElementType.F32, Shape.SCALAR)
        .write(2, ElementType.U8, Shape.SCALAR)
        .ints("n", x.shape().count())
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    return make.node(DECLARATION.since()).given(make.floats(make.dims(make.between(1, 4)))).end();
  }
}

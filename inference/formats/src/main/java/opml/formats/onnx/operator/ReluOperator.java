package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
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
      Declaration.of("Relu", "max(x, 0)").with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0, ElementType.F32);
    node.attributes().end();
    node.call("relu.f32")
        .read(x)
        .write(ElementType.F32, x.shape())
        .ints("n", x.shape().count())
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    return make.node(DECLARATION.since()).given(make.floats(make.dims(make.between(0, 5)))).end();
  }
}

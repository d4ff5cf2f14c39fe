package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.FLOATS;

import java.util.Arrays;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// PRelu: `x`, or `slope · x` below 0, the slope repeated to x's shape.
final class PReluOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("PRelu", "x, or slope · x below 0").with(Way.KERNEL, FLOATS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value x = node.input(0);
    Value slope = node.input(1);
    node.attributes().end();
    node.requireType(x.type().isFloat(), x.type(), "floats are supported");
    node.require(
        slope.type() == x.type(), "types differ", x.describe() + " and " + slope.describe());
    node.require(
        Broadcast.shape(node, x.shape(), slope.shape()).equals(x.shape()),
        "the slope is larger than x",
        slope.describe());
    Value y =
        PairCall.of(
            node,
            NumberTypes.before(ElementType.F32, x.type()),
            "prelu.f32",
            node.cast(x, ElementType.F32),
            node.cast(slope, ElementType.F32),
            ElementType.F32);
    node.define(node.cast(y, x.type()));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(FLOATS);
    int rank = make.between(1, 4);
    int[] dims = make.dims(rank);
    int[] slope = Arrays.copyOfRange(dims, make.between(0, rank - 1), rank);
    Arrays.setAll(slope, i -> make.oneIn(3) ? 1 : slope[i]);
    return make.node(DECLARATION.since())
        .given(make.tensor(type, dims))
        .either(make.tensor(type, slope))
        .end();
  }
}

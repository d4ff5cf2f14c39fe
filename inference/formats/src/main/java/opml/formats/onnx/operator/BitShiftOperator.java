package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// BitShift of integers without a sign: zeros move in, and by the number of bits or more nothing is left.
final class BitShiftOperator implements Operator {
  private static final int SINCE = 11;

  /// Operations of `whole.i64`.
  private static final int LEFT = 11;

  private static final int RIGHT = 12;

  private static final ElementType[] TYPES = {
    ElementType.U8, ElementType.U16, ElementType.U32, ElementType.U64
  };

  private static final Declaration DECLARATION =
      Declaration.of("BitShift", "a shifted by b bits").since(SINCE).with(Way.KERNEL, TYPES);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value a = node.input(0);
    Value b = node.input(1);
    String direction = node.attributes().text("direction", "");
    node.attributes().end();
    node.requireType(a.type().isUnsigned(), a.type(), "integers without a sign are supported");
    node.require(a.type() == b.type(), "types differ", a.describe() + " and " + b.describe());
    boolean left = direction.equals("LEFT");
    node.require(left || direction.equals("RIGHT"), "direction is LEFT or RIGHT", direction);
    Value y =
        PairCall.of(
            node,
            NumberTypes.before(ElementType.I64, a.type()),
            "whole.i64",
            left ? LEFT : RIGHT,
            node.cast(a, ElementType.I64),
            node.cast(b, ElementType.I64),
            ElementType.I64);
    node.define(node.cast(y, a.type()));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(TYPES);
    return Alignment.random(make, SINCE, type, type)
        .with(new OnnxAttribute.Text("direction", make.oneIn(2) ? "LEFT" : "RIGHT"));
  }
}

package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.NUMBERS;

import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Pow: of integers exact modulo 2^64, if the exponent is one, too; else in float32. A power that is an integer of a
/// float is exact there, so that it is not cut off to the one below.
final class PowOperator implements Operator {
  private static final int TYPES_MAY_DIFFER = 12;

  private static final Declaration DECLARATION =
      Declaration.of("Pow", "a to the power b, as a's type").with(Way.KERNEL, NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value a = node.input(0);
    Value b = Alignment.second(node);
    node.attributes().end();
    for (Value value : new Value[] {a, b}) {
      node.requireType(
          DECLARATION.types(Way.KERNEL).contains(value.type()),
          value.type(),
          "numbers are supported");
    }
    node.require(
        a.type() == b.type() || node.opset() >= TYPES_MAY_DIFFER,
        "types differ",
        a.describe() + " and " + b.describe());
    boolean whole = !a.type().isFloat() && !b.type().isFloat();
    ElementType as = whole ? ElementType.I64 : ElementType.F32;
    Value left = node.cast(a, as);
    Value right = node.cast(b, as);
    Value y =
        PairCall.of(node, NumberTypes.before(as, a.type()), "pow." + as.label(), left, right, as);
    node.define(node.cast(y, a.type()));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(NUMBERS);
    OperatorCase one =
        Alignment.random(make, DECLARATION.since(), type, make.oneIn(2) ? make.one(NUMBERS) : type);
    return one.opset() >= TYPES_MAY_DIFFER
        ? one
        : Alignment.random(make, DECLARATION.since(), type, type);
  }
}

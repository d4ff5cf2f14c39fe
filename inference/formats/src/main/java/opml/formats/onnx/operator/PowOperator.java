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
import opml.kernels.memory.Mem;

/// Pow: of integers exact modulo 2^64, if the exponent is one, too; else in float32. A power that is an integer of a
/// float is exact there, so that it is not cut off to the one below. A square of floats is a product.
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
    String name = NumberTypes.before(as, a.type());
    Value y =
        isSquare(right, left)
            ? PairCall.of(node, name, "mul.f32", left, left, as)
            : PairCall.of(node, name, "pow." + as.label(), left, right, as);
    node.define(node.cast(y, a.type()));
  }

  /// {@return whether the exponent is 2}: a product has no error but its rounding, and is much less work.
  private static boolean isSquare(Value exponent, Value base) {
    return exponent.type() == ElementType.F32
        && exponent.shape().count() == 1
        && exponent.shape().rank() <= base.shape().rank()
        && exponent.constant().filter(two -> Mem.f32(two.data(), 0) == 2f).isPresent();
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

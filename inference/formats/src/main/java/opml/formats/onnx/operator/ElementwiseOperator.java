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

/// Add, Sub, Mul and Div with broadcasting. Integers keep the low bits, and by 0 the quotient is 0.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum ElementwiseOperator implements Operator {
  ADD("Add", "a + b", PairCall.SUM),
  SUBTRACT("Sub", "a - b", PairCall.DIFFERENCE),
  MULTIPLY("Mul", "a·b", PairCall.PRODUCT),
  DIVIDE("Div", "a / b, whole numbers towards zero", PairCall.QUOTIENT);

  private final Declaration declaration;
  private final int operation;

  ElementwiseOperator(String label, String summary, int operation) {
    this.declaration =
        Declaration.of(label, summary + ", each repeated to the other's shape")
            .with(Way.KERNEL, NUMBERS);
    this.operation = operation;
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Alignment.Operands operands = Alignment.counted(node);
    Value a = operands.a();
    Value b = operands.b();
    node.attributes().end();
    node.requireType(
        declaration.types(Way.KERNEL).contains(a.type()), a.type(), "numbers are supported");
    node.require(a.type() == b.type(), "types differ", a.describe() + " and " + b.describe());
    node.define(PairCall.arithmetic(node, "", operation, a, b));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(NUMBERS);
    return Alignment.random(make, declaration.since(), type, type);
  }
}

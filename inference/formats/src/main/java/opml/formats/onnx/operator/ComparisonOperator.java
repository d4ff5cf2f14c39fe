package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.NUMBERS;

import java.util.Arrays;
import java.util.stream.Stream;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Comparisons of two numbers, with broadcasting.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum ComparisonOperator implements Operator {
  EQUAL("Equal", "whether a = b", 0, 0),
  GREATER("Greater", "whether a > b", 0, 1),
  GREATER_OR_EQUAL("GreaterOrEqual", "whether a ≥ b", 12, 2),
  LESS("Less", "whether a < b", 0, 1),
  LESS_OR_EQUAL("LessOrEqual", "whether a ≤ b", 12, 2);

  /// What `compare.i64` adds to the operation for numbers without a sign.
  private static final int WITHOUT_SIGN = 2;

  private final Declaration declaration;
  private final int operation;

  ComparisonOperator(String label, String summary, int since, int operation) {
    Declaration any = Declaration.of(label, summary + ", each repeated to the other's shape");
    ElementType[] types =
        operation == 0
            ? Stream.concat(Stream.of(ElementType.BOOL), Arrays.stream(NUMBERS))
                .toArray(ElementType[]::new)
            : NUMBERS;
    this.declaration = (since == 0 ? any : any.since(since)).with(Way.KERNEL, types);
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
    ElementType type = a.type();
    node.requireType(declaration.types(Way.KERNEL).contains(type), type, "numbers are supported");
    node.require(b.type() == type, "types differ", a.describe() + " and " + b.describe());
    ElementType as = NumberTypes.computedAs(type);
    boolean swapped = this == GREATER || this == GREATER_OR_EQUAL;
    Value left = node.cast(swapped ? b : a, as);
    Value right = node.cast(swapped ? a : b, as);
    int by = operation > 0 && type == ElementType.U64 ? operation + WITHOUT_SIGN : operation;
    String kernel = "compare." + as.label();
    node.define(PairCall.of(node, "", kernel, by, left, right, ElementType.BOOL));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(declaration.types(Way.KERNEL).toArray(ElementType[]::new));
    return Alignment.random(make, declaration.since(), type, type);
  }
}

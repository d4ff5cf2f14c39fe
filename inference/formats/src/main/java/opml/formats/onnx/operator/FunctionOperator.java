package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.FLOATS;
import static opml.formats.onnx.operator.NumberTypes.NUMBERS;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

/// Functions of each number by itself, without attributes. Of doubles there are those that are exact or correctly
/// rounded; of the others' the number is rounded to float32 first.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum FunctionOperator implements Operator {
  ABS("Abs", "the magnitude", 0, 0),
  ACOS("Acos", "the inverse cosine", 7),
  ACOSH("Acosh", "the inverse hyperbolic cosine", 9),
  ASIN("Asin", "the inverse sine", 7),
  ASINH("Asinh", "the inverse hyperbolic sine", 9),
  ATAN("Atan", "the inverse tangent", 7),
  ATANH("Atanh", "the inverse hyperbolic tangent", 9),
  CEIL("Ceil", "the least integer that is not below x", 0, 4),
  COS("Cos", "the cosine", 7),
  COSH("Cosh", "the hyperbolic cosine", 9),
  ERF("Erf", "the error function", 9),
  EXP("Exp", "e to the power x", 0),
  FLOOR("Floor", "the greatest integer that is not above x", 0, 3),
  HARD_SWISH("HardSwish", "x · max(0, min(1, x/6 + 1/2))", 14),
  LOG("Log", "the natural logarithm", 0),
  MISH("Mish", "x · tanh(log(1 + exp(x)))", 18),
  NEG("Neg", "the opposite number", 0, 1),
  RECIPROCAL("Reciprocal", "1 / x", 0),
  ROUND("Round", "the nearest integer, ties to even", 11, 5),
  SIGMOID("Sigmoid", "1 / (1 + exp(-x))", 0),
  SIGN("Sign", "-1, 0 or 1", 9, 2),
  SIN("Sin", "the sine", 7),
  SINH("Sinh", "the hyperbolic sine", 9),
  SOFTPLUS("Softplus", "log(1 + exp(x))", 0),
  SOFTSIGN("Softsign", "x / (1 + |x|)", 0),
  SQRT("Sqrt", "the square root", 0, 6),
  TAN("Tan", "the tangent", 7),
  TANH("Tanh", "the hyperbolic tangent", 0);

  private static final int NONE = -1;

  private final Declaration declaration;
  private final String kernel;
  private final int ofDoubles;

  FunctionOperator(String label, String summary, int since) {
    this(label, summary, since, NONE);
  }

  /// @param ofDoubles its number in `unary.f64`
  FunctionOperator(String label, String summary, int since, int ofDoubles) {
    Declaration any = Declaration.of(label, summary);
    Declaration later = since == 0 ? any : any.since(since);
    // What has no sign is its own magnitude.
    this.declaration =
        label.equals("Abs")
            ? later.with(Way.NAME, types(false)).with(Way.KERNEL, types(true))
            : later.with(Way.KERNEL, hasWhole(label) ? NUMBERS : FLOATS);
    this.kernel = label.toLowerCase(Locale.ROOT) + ".f32";
    this.ofDoubles = ofDoubles;
  }

  private static ElementType[] types(boolean signed) {
    return Arrays.stream(NUMBERS)
        .filter(type -> type.isUnsigned() != signed)
        .toArray(ElementType[]::new);
  }

  private static boolean hasWhole(String label) {
    return label.equals("Abs") || label.equals("Neg") || label.equals("Sign");
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.alike(0);
    ElementType type = x.type();
    node.requireType(
        type.isFloat() || hasWhole(declaration.name()) && List.of(NUMBERS).contains(type),
        type,
        hasWhole(declaration.name()) ? "numbers are supported" : "floats are supported");
    node.attributes().end();
    if (this == ABS && type.isUnsigned()) {
      node.define(x);
    } else if (!type.isFloat()) {
      String name = NumberTypes.before(ElementType.I64, type);
      Value y = OneCall.of(node, name, "unary.i64", ofDoubles, whole(node, x));
      node.define(node.cast(y, type));
    } else if (type == ElementType.F64 && ofDoubles != NONE) {
      node.define(OneCall.of(node, "", "unary.f64", ofDoubles, x));
    } else if (type == ElementType.F64 && this == RECIPROCAL) {
      Value one = node.constant("one", Tensor.ofBytes(type, Shape.SCALAR, ONE));
      node.define(PairCall.arithmetic(node, "", PairCall.QUOTIENT, one, x));
    } else {
      node.define(OneCall.ofFloats(node, "", kernel, x));
    }
  }

  /// As int64; of 64 bits without a sign, for [#SIGN], what has no sign: the number halved, or 1 of 1.
  private Value whole(NodeImport node, Value x) {
    Value whole = node.cast(x, ElementType.I64);
    if (x.type() != ElementType.U64 || this != SIGN) {
      return whole;
    }
    Value one = node.constant("one", Tensor.ofLongs(Shape.SCALAR, 1));
    return PairCall.of(node, "atMostOne", "whole.i64", 15, whole, one, ElementType.I64);
  }

  private static final byte[] ONE = {0, 0, 0, 0, 0, 0, (byte) 0xf0, 0x3f};

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType[] types = hasWhole(declaration.name()) ? NUMBERS : FLOATS;
    return make.node(declaration.since())
        .given(make.tensor(make.one(types), make.dims(make.between(0, 5))))
        .end();
  }
}

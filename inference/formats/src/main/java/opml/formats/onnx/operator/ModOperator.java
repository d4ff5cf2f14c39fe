package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.NUMBERS;

import opml.engine.tensor.ElementType;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Mod: of integers the remainder has the sign of b, or with `fmod` of a; floats must have `fmod`. By 0 the remainder
/// of integers is 0.
final class ModOperator implements Operator {
  private static final int SINCE = 10;

  /// Operations of `whole.i64`.
  private static final int SIGN_OF_B = 4;

  private static final int SIGN_OF_A = 5;
  private static final int UNSIGNED = 14;

  private static final Declaration DECLARATION =
      Declaration.of("Mod", "the remainder, with the sign of b, or with fmod of a")
          .since(SINCE)
          .with(Way.KERNEL, NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value a = node.input(0);
    Value b = node.input(1);
    ElementType type = a.type();
    boolean fmod = node.attributes().flag("fmod", false);
    node.attributes().end();
    node.requireType(DECLARATION.types(Way.KERNEL).contains(type), type, "numbers are supported");
    node.require(b.type() == type, "types differ", a.describe() + " and " + b.describe());
    node.require(fmod || !type.isFloat(), "floats without fmod");
    ElementType as = NumberTypes.computedAs(type);
    Value left = node.cast(a, as);
    Value right = node.cast(b, as);
    int operation = type == ElementType.U64 ? UNSIGNED : fmod ? SIGN_OF_A : SIGN_OF_B;
    String name = NumberTypes.before(as, type);
    Value y =
        as == ElementType.I64
            ? PairCall.of(node, name, "whole.i64", operation, left, right, as)
            : PairCall.of(node, name, "fmod." + as.label(), left, right, as);
    node.define(node.cast(y, type));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type = make.one(NUMBERS);
    OperatorCase one = Alignment.random(make, SINCE, type, type);
    return type.isFloat() || make.oneIn(2) ? one.with(new OnnxAttribute.IntValue("fmod", 1)) : one;
  }
}

package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// Range: numbers from a start on, each a delta behind the one before, up to a limit. All three are known at import, as
/// they decide how many there are.
final class RangeOperator implements Operator {
  private static final int SINCE = 11;

  private static final Declaration DECLARATION =
      Declaration.of("Range", "numbers from a start up to a limit")
          .since(SINCE)
          .with(
              Way.CONSTANT,
              ElementType.F32,
              ElementType.F64,
              ElementType.I16,
              ElementType.I32,
              ElementType.I64);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, 3);
    node.attributes().end();
    ElementType type = node.input(0).type();
    node.requireType(
        DECLARATION.types(Way.CONSTANT).contains(type),
        type,
        "float, double, int16, int32 and int64 are supported");
    ElementType as = type.isFloat() ? ElementType.F32 : ElementType.I64;
    double start = number(node, 0, type);
    double limit = number(node, 1, type);
    double delta = number(node, 2, type);
    node.require(delta != 0, "the delta is zero");
    double count = Math.max(0, Math.ceil((limit - start) / delta));
    node.require(count <= Integer.MAX_VALUE, "the result is too large", "" + count);
    Shape shape = Shapes.of(node, (int) count);
    Value y =
        node.call(as == ElementType.F32 ? "range.f32" : "range.i64")
            .named("numbers")
            .read(node.cast(node.input(0), as))
            .read(node.cast(node.input(2), as))
            .writePart(as, shape)
            .ints("n", (int) count)
            .emitPart();
    node.define(node.cast(y, type));
  }

  private static double number(NodeImport node, int index, ElementType type) {
    Tensor tensor = node.constant(index);
    node.require(
        tensor.type() == type && tensor.shape().count() == 1,
        "start, limit and delta are not three numbers of one type");
    return type.isFloat() ? tensor.real(0) : tensor.integer(0);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    ElementType type =
        make.one(
            ElementType.F32, ElementType.F64, ElementType.I16, ElementType.I32, ElementType.I64);
    return make.node(SINCE)
        .constant(number(make, type, make.between(-5, 5)))
        .constant(number(make, type, make.between(6, 20)))
        .constant(number(make, type, make.between(1, 4)))
        .end();
  }

  private static Tensor number(CaseMaker make, ElementType type, int value) {
    return make.whole(type, value, value);
  }
}

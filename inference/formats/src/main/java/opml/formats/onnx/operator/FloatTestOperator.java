package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.NumberTypes.FLOATS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/// Whether floats are infinite, of either sign or of one, and whether they are NaN.
@SuppressWarnings("ImmutableEnumChecker") // what is declared never changes
enum FloatTestOperator implements Operator {
  IS_INFINITE("IsInf", "whether x is infinite, of the signs that are asked for", 10),
  IS_NAN("IsNaN", "whether x is NaN", 9);

  private final Declaration declaration;

  FloatTestOperator(String label, String summary, int since) {
    this.declaration = Declaration.of(label, summary).since(since).with(Way.KERNEL, FLOATS);
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    boolean positive = true;
    boolean negative = true;
    if (this == IS_INFINITE) {
      positive = node.attributes().flag("detect_positive", true);
      negative = node.attributes().flag("detect_negative", true);
    }
    node.attributes().end();
    node.requireType(x.type().isFloat(), x.type(), "floats are supported");
    node.define(
        x.type() == ElementType.F64
            ? ofDoubles(node, x, positive, negative)
            : ofFloats(node, node.cast(x, ElementType.F32), positive, negative));
  }

  private Value ofFloats(NodeImport node, Value x, boolean positive, boolean negative) {
    NodeImport.Call call =
        node.call(this == IS_NAN ? "isnan.f32" : "isinf.f32")
            .read(x)
            .write(ElementType.BOOL, x.shape())
            .ints("n", x.shape().count());
    if (this == IS_INFINITE) {
      call.flag("positive", positive).flag("negative", negative);
    }
    return call.emitPart();
  }

  /// NaN is what is not equal to itself.
  private Value ofDoubles(NodeImport node, Value x, boolean positive, boolean negative) {
    if (this == IS_NAN) {
      Value itself = equal(node, "itself", x, x);
      return node.call("not.b1")
          .read(itself)
          .write(ElementType.BOOL, x.shape())
          .ints("n", x.shape().count())
          .emitPart();
    }
    if (!positive && !negative) {
      return node.constant("none", Tensor.zero(ElementType.BOOL, x.shape()));
    }
    Value size = positive && negative ? OneCall.of(node, "size", "unary.f64", 0, x) : x;
    double infinity = positive ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putDouble(infinity);
    Tensor number = Tensor.ofBytes(ElementType.F64, Shape.SCALAR, bytes.array());
    return equal(node, "", size, node.constant("infinity", number));
  }

  private static Value equal(NodeImport node, String what, Value a, Value b) {
    return PairCall.of(node, what, "compare.f64", 0, a, b, ElementType.BOOL);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node =
        make.node(declaration.since())
            .given(make.tensor(make.one(FLOATS), make.dims(make.between(0, 4))));
    if (this == IS_INFINITE && make.oneIn(2)) {
      boolean positive = make.oneIn(2);
      node.flag("detect_positive", positive).flag("detect_negative", !positive);
    }
    return node.end();
  }
}

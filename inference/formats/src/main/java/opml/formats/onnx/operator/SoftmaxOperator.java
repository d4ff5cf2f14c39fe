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

/// Softmax, its logarithm, and Hardmax. Before opset 13 they flatten everything from `axis` (default 1) into one; since
/// then they run along `axis` (default the last) alone.
enum SoftmaxOperator implements Operator {
  HARD("Hardmax", "one where the greatest is, the first of equals, and zeros, along an axis"),
  LOGARITHM("LogSoftmax", "x - max, less the logarithm of the sum of exp(x - max), along an axis"),
  SOFT(
      "Softmax",
      "exp(x - max), divided by its sum, along one axis (before opset 13 along all from it on)");

  private static final int PER_AXIS = 13;

  private final String label;
  private final String summary;

  SoftmaxOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .with(Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    boolean perAxis = node.opset() >= PER_AXIS;
    int declared = node.attributes().integer("axis", perAxis ? -1 : 1, -rank, rank);
    node.attributes().end();
    int axis = !perAxis && declared == rank ? rank : node.axis(declared, rank);
    int end = perAxis ? axis + 1 : rank;
    int[] around = {shape.countOf(0, axis), shape.countOf(axis, end), shape.countOf(end, rank)};
    if (this != HARD) {
      Value y =
          node.call(this == SOFT ? "softmax.f32" : "logsoftmax.f32")
              .named("along")
              .read(x)
              .writePart(ElementType.F32, shape)
              .ints("axis", around)
              .emitPart();
      floats.define(0, y);
      return;
    }
    Value place =
        node.call("argmax.f32")
            .named("place")
            .read(x)
            .writePart(ElementType.I64, Shapes.of(node, around[0], around[2]))
            .ints("axis", around)
            .flag("selectLast", false)
            .emitPart();
    Value y =
        node.call("onehot")
            .named("hot")
            .read(place)
            .derived("values", Tensor.ofFloats(Shape.of(2), 0, 1))
            .writePart(ElementType.F32, shape)
            .ints("axis", around)
            .ints("log", 2)
            .emitPart();
    floats.define(0, y);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 4);
    return make.node(declaration().since())
        .given(
            make.tensor(
                make.one(ElementType.F32, ElementType.F16, ElementType.BF16), make.dims(rank)))
        .integer("axis", make.between(-rank, rank - 1))
        .end();
  }
}

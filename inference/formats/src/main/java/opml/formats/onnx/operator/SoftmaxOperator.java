package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Softmax. Before opset 13 it flattens everything from `axis` (default 1) into one; since then it runs along
/// `axis` (default the last) alone.
final class SoftmaxOperator implements Operator {
  private static final int PER_AXIS = 13;

  private static final Declaration DECLARATION =
      Declaration.of(
              "Softmax",
              "exp(x - max), divided by its sum, along one axis (before opset 13 along all from it on)")
          .with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0, ElementType.F32);
    Shape shape = x.shape();
    int rank = shape.rank();
    boolean perAxis = node.opset() >= PER_AXIS;
    int declared = node.attributes().integer("axis", perAxis ? -1 : 1, -rank, rank);
    node.attributes().end();
    int axis = node.axis(declared, rank);
    int end = perAxis ? axis + 1 : rank;
    node.call("softmax.f32")
        .read(x)
        .write(ElementType.F32, shape)
        .ints("axis", shape.countOf(0, axis), shape.countOf(axis, end), shape.countOf(end, rank))
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 4);
    return make.node(DECLARATION.since())
        .given(make.floats(make.dims(rank)))
        .integer("axis", make.between(-rank, rank - 1))
        .end();
  }
}

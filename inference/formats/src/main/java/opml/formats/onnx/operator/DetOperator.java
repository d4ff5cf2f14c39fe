package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// Det: the determinant of square matrices.
final class DetOperator implements Operator {
  private static final int SINCE = 11;

  private static final Declaration DECLARATION =
      Declaration.of("Det", "the determinant of square matrices")
          .since(SINCE)
          .with(Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    node.attributes().end();
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    node.require(
        rank >= 2 && shape.dim(rank - 1) == shape.dim(rank - 2),
        "the input is no square matrix",
        x.describe());
    int n = shape.dim(rank - 1);
    Value y =
        node.call("det.f32")
            .named("determinants")
            .read(x)
            .writePart(ElementType.F32, new Shape(shape.dims().subList(0, rank - 2)))
            .writePart(ElementType.F32, Shapes.of(node, n, n))
            .ints("batch", shape.countOf(0, rank - 2))
            .ints("n", n)
            .emitPart();
    floats.define(0, y);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int n = make.between(1, 4);
    return make.node(SINCE)
        .given(
            make.tensor(
                make.one(ElementType.F32, ElementType.F16, ElementType.BF16),
                make.between(1, 3),
                n,
                n))
        .end();
  }
}

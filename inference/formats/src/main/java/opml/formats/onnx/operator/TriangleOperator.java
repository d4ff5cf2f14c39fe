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
import opml.formats.onnx.node.Value;

/// Trilu: the upper or the lower triangle of matrices, and zeros.
final class TriangleOperator implements Operator {
  private static final int SINCE = 14;

  private static final Declaration DECLARATION =
      Declaration.of("Trilu", "the upper or the lower triangle of matrices, and zeros")
          .since(SINCE)
          .withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 2);
    Value x = node.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    node.require(rank >= 2, "the input is no matrix", x.describe());
    boolean upper = node.attributes().flag("upper", true);
    node.attributes().end();
    Value k =
        node.optional(1).orElseGet(() -> node.constant("main", Tensor.ofLongs(Shape.SCALAR, 0)));
    node.requireType(k.type() == ElementType.I64, k.type(), "int64 is supported");
    node.require(k.shape().count() == 1, "k is not one number", k.describe());
    node.call("trilu")
        .read(x)
        .read(k)
        .write(x.type(), shape)
        .ints("batch", shape.countOf(0, rank - 2))
        .ints("rows", shape.dim(rank - 2))
        .ints("columns", shape.dim(rank - 1))
        .flag("upper", upper)
        .ints("log", Integer.numberOfTrailingZeros(x.type().bytes()))
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node =
        make.node(SINCE).given(make.tensor(make.type(), make.dims(make.between(2, 4))));
    return make.oneIn(3)
        ? node.end()
        : node.either(Tensor.ofLongs(Shape.SCALAR, make.between(-3, 3)))
            .flag("upper", make.oneIn(2))
            .end();
  }
}

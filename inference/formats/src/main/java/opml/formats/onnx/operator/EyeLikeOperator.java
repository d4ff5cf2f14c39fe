package opml.formats.onnx.operator;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.refusal.Reason.Kind;

/// EyeLike: a matrix of a given one's shape, with ones along a diagonal.
final class EyeLikeOperator implements Operator {
  private static final int SINCE = 9;

  private static final Declaration DECLARATION =
      Declaration.of("EyeLike", "ones along a diagonal, in the shape of a matrix")
          .since(SINCE)
          .withAll(Way.SHAPE);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public boolean asksForShape() {
    return true;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0);
    Shape shape = x.shape();
    node.require(shape.rank() == 2, "the input is no matrix", x.describe());
    int code =
        node.attributes().integer("dtype", OnnxType.of(x.type()).code(), 0, Integer.MAX_VALUE);
    int k = node.attributes().integer("k", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    node.attributes().end();
    ElementType type =
        OnnxType.of(code)
            .flatMap(OnnxType::element)
            .orElseThrow(() -> new RefusedNode(Kind.TYPE, "type " + OnnxType.nameOf(code), ""));
    Tensor ones = node.foldable(ElementType.BOOL, shape);
    for (long row = 0; row < shape.dim(0); row++) {
      long column = row + k;
      if (column >= 0 && column < shape.dim(1)) {
        Elements.put(ones, (int) (row * shape.dim(1) + column), 1L);
      }
    }
    node.define(node.cast(node.constant("ones", ones), type));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    return make.node(SINCE)
        .given(make.tensor(make.type(), make.dims(2)))
        .integer("k", make.between(-2, 2))
        .end();
  }
}

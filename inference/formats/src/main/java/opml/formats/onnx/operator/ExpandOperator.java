package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/// Expand: numpy's broadcasting with a shape, which is a constant.
final class ExpandOperator implements Operator {
  private static final int SINCE = 8;

  private static final Declaration DECLARATION =
      Declaration.of("Expand", "elements repeated to a larger shape")
          .since(SINCE)
          .withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    node.attributes().end();
    Value x = node.input(0);
    long[] wanted = node.integers(1);
    List<Integer> dims = new ArrayList<>();
    for (long dim : wanted) {
      node.require(dim >= 0 && dim <= Integer.MAX_VALUE, "a dimension is out of range", "" + dim);
      dims.add((int) dim);
    }
    Shape result = Broadcast.shape(node, x.shape(), Shapes.of(node, dims));
    node.define(node.broadcast("all", x, result));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int[] dims = make.dims(make.between(1, 3));
    int[] from = dims.clone();
    Arrays.setAll(from, i -> make.oneIn(2) ? 1 : dims[i]);
    return make.node(SINCE)
        .either(make.tensor(make.type(), from))
        .constant(
            Tensor.ofLongs(Shape.of(dims.length), Arrays.stream(dims).asLongStream().toArray()))
        .end();
  }
}

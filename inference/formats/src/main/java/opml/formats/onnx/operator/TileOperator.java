package opml.formats.onnx.operator;

import java.util.ArrayList;
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
import opml.formats.onnx.node.Walk;

/// Tile: a tensor several times along each axis. How often is a constant.
final class TileOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("Tile", "a tensor several times along each axis").withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    node.attributes().end();
    Value x = node.input(0);
    Shape shape = x.shape();
    long[] times = node.integers(1);
    node.require(
        times.length == shape.rank(),
        "there are not as many repeats as axes",
        times.length + " of " + shape);
    List<Integer> dims = new ArrayList<>();
    Walk walk = Walk.of(shape);
    for (int i = 0; i < times.length; i++) {
      long size = Math.max(times[i], -1) * shape.dim(i);
      node.require(
          times[i] >= 0 && times[i] <= Integer.MAX_VALUE && size <= Integer.MAX_VALUE,
          "a number of repeats is out of range",
          "" + times[i]);
      dims.add((int) size);
      walk = walk.repeated(2 * i, (int) times[i]);
    }
    node.define(node.moves().of("tiles", x, walk, Shapes.of(node, dims)));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 3);
    long[] times = new long[rank];
    for (int i = 0; i < rank; i++) {
      times[i] = make.between(1, 3);
    }
    return make.node(DECLARATION.since())
        .either(make.tensor(make.type(), make.dims(rank)))
        .constant(Tensor.ofLongs(Shape.of(rank), times))
        .end();
  }
}

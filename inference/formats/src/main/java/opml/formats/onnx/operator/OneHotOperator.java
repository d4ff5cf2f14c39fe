package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
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

/// OneHot: a value where an index points to along a new axis, and another one elsewhere. How long the axis is, is known
/// at import.
final class OneHotOperator implements Operator {
  private static final int SINCE = 9;

  private static final Declaration DECLARATION =
      Declaration.of("OneHot", "one value where an index points to, another one elsewhere")
          .since(SINCE)
          .with(Way.KERNEL, NumberTypes.NUMBERS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, 3);
    Value indices = node.input(0);
    node.requireType(indices.type() != ElementType.BOOL, indices.type(), "numbers are supported");
    Tensor depth = node.constant(1);
    node.require(depth.shape().count() == 1, "the depth is not one number");
    double size = depth.type().isFloat() ? depth.real(0) : depth.integer(0);
    node.require(size >= 1 && size <= Integer.MAX_VALUE, "the depth is out of range", "" + size);
    Value values = node.input(2);
    node.require(values.shape().count() == 2, "the values are not two", values.describe());
    Shape shape = indices.shape();
    int rank = shape.rank() + 1;
    int axis = node.axis(node.attributes().integer("axis", -1, -rank, rank), rank);
    node.attributes().end();
    List<Integer> dims = new ArrayList<>(shape.dims());
    dims.add(axis, (int) size);
    int width = values.type().bytes();
    node.call("onehot")
        .read(node.cast(indices, ElementType.I64))
        .read(values)
        .write(values.type(), Shapes.of(node, dims))
        .ints("axis", shape.countOf(0, axis), (int) size, shape.countOf(axis, shape.rank()))
        .ints("log", Integer.numberOfTrailingZeros(width))
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(0, 2);
    int depth = make.size();
    return make.node(SINCE)
        .given(make.whole(make.one(NumberTypes.NUMBERS), 0, depth, make.dims(rank)))
        .constant(Tensor.ofLongs(Shape.SCALAR, depth))
        .either(make.tensor(make.type(), 2))
        .integer("axis", make.between(-rank - 1, rank))
        .end();
  }
}

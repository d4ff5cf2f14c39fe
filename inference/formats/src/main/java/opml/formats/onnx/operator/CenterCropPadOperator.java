package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// CenterCropPad: the middle of each axis, or the axis between zeros.
final class CenterCropPadOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("CenterCropPad", "the middle of a tensor, or it in the middle of zeros")
          .since(18)
          .withAll(Declaration.Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Value x = node.input(0);
    long[] wanted = node.integers(1);
    int rank = x.shape().rank();
    long[] axes = node.attributes().longs("axes").orElse(LongStream.range(0, rank).toArray());
    node.attributes().end();
    node.require(axes.length == wanted.length, "the shape has not one number for each axis");
    List<Integer> dims = new ArrayList<>(x.shape().dims());
    Set<Integer> named = new HashSet<>();
    for (int i = 0; i < axes.length; i++) {
      int axis = node.axis((int) Math.clamp(axes[i], -rank - 1L, rank), rank);
      node.require(named.add(axis), "an axis is named twice", Arrays.toString(axes));
      node.require(
          wanted[i] >= 0 && wanted[i] <= Integer.MAX_VALUE,
          "a size is out of range",
          "" + wanted[i]);
      dims.set(axis, (int) wanted[i]);
    }
    Shape shape = Shapes.of(node, dims);
    Walk from = Walk.of(x.shape());
    Walk to = Walk.of(shape);
    for (int axis = 0; axis < rank; axis++) {
      int before = x.shape().dim(axis);
      int after = shape.dim(axis);
      int count = Math.min(before, after);
      from = from.sliced(axis, (before - count) / 2, count, 1);
      to = to.sliced(axis, (after - count) / 2, count, 1);
    }
    List<ElementMoves.Part> parts = List.of(new ElementMoves.Part(x, from, to));
    node.define(node.moves().assembled("middle", x.type(), shape, parts));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int[] dims = make.dims(make.between(1, 3));
    long[] wanted = new long[dims.length];
    Arrays.setAll(wanted, _ -> make.between(1, 5));
    return make.node(DECLARATION.since())
        .given(make.tensor(make.type(), dims))
        .constant(Tensor.ofLongs(Shape.of(dims.length), wanted))
        .end();
  }
}

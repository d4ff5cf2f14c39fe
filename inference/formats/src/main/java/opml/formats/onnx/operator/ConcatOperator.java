package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Concat; of a single tensor it is another name.
final class ConcatOperator implements Operator {
  private static final int NEGATIVE_AXES = 11;

  private static final Declaration DECLARATION =
      Declaration.of("Concat", "tensors side by side along an axis; of a single one another name")
          .withAll(Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, Integer.MAX_VALUE);
    Value first = node.counted(0);
    Shape shape = first.shape();
    int rank = shape.rank();
    node.require(node.attributes().has("axis"), "attribute axis is missing");
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    node.attributes().end();
    if (node.inputs() == 1) {
      node.define(first);
      return;
    }
    node.carry(first.count());
    int size = 0;
    for (int i = 0; i < node.inputs(); i++) {
      Value part = node.counted(i);
      node.require(
          part.count().equals(first.count())
              && part.count().filter(count -> count.axis() == axis).isEmpty(),
          "the data decide the size of some inputs, or of the axis along which they are joined");
      node.require(
          part.type() == first.type()
              && part.shape().rank() == rank
              && part.shape().with(axis, 0).equals(shape.with(axis, 0)),
          "the inputs do not fit together",
          part.describe() + " and " + first.describe());
      size = (int) Math.min((long) size + part.shape().dim(axis), Integer.MAX_VALUE);
    }
    List<Integer> dims = new ArrayList<>(shape.dims());
    dims.set(axis, size);
    Shape result = Shapes.of(node, dims);
    List<ElementMoves.Part> parts = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < node.inputs(); i++) {
      Value part = node.counted(i).whole();
      int count = part.shape().dim(axis);
      Walk to = Walk.of(result).sliced(axis, at, count, 1);
      parts.add(new ElementMoves.Part(part, Walk.of(part.shape()), to));
      at += count;
    }
    node.define(node.moves().assembled("parts", first.type(), result, parts));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type = make.type();
    int rank = make.between(1, 3);
    int axis = make.between(0, rank - 1);
    int[] dims = make.dims(rank);
    node.integer("axis", node.opset() >= NEGATIVE_AXES && make.oneIn(2) ? axis - rank : axis);
    if (make.oneIn(4)) {
      return node.given(make.tensor(type, dims)).end();
    }
    for (int i = make.between(2, 4); i > 0; i--) {
      dims[axis] = make.size();
      node.either(make.tensor(type, dims));
    }
    return node.end();
  }
}

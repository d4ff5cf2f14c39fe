package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Types;
import opml.formats.onnx.node.Value;

/// Concat of constants; of a single tensor it is another name.
final class ConcatOperator implements Operator {
  private static final int NEGATIVE_AXES = 11;

  private static final Declaration DECLARATION =
      Declaration.of("Concat", "tensors side by side along an axis; of a single one another name")
          .withAll(Way.NAME)
          .withAll(Way.CONSTANT);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public boolean needsConstants(OnnxNode node) {
    return node.inputs().size() > 1;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, Integer.MAX_VALUE);
    Value first = node.input(0);
    Shape shape = first.shape();
    int rank = shape.rank();
    node.require(node.attributes().has("axis"), "attribute axis is missing");
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    node.attributes().end();
    if (node.inputs() == 1) {
      node.define(first);
      return;
    }
    List<Tensor> parts = new ArrayList<>();
    long size = 0;
    for (int i = 0; i < node.inputs(); i++) {
      Tensor part = node.foldedInput(i);
      node.require(
          part.type() == first.type()
              && part.shape().rank() == rank
              && part.shape().with(axis, 0).equals(shape.with(axis, 0)),
          "the inputs do not fit together",
          Types.describe(part.type(), part.shape()) + " and " + first.describe());
      if (part.shape().count() > 0) {
        parts.add(part);
      }
      size += part.shape().dim(axis);
    }
    List<Integer> dims = new ArrayList<>(shape.dims());
    dims.set(axis, (int) Math.min(size, Integer.MAX_VALUE));
    Tensor result = node.foldable(first.type(), Shapes.of(node, dims));
    long at = 0;
    // without elements, the axes before may still count to 2^31
    int outers = parts.isEmpty() ? 0 : shape.countOf(0, axis);
    for (int outer = 0; outer < outers; outer++) {
      for (Tensor part : parts) {
        long count = part.shape().countOf(axis, rank);
        Elements.copy(part, outer * count, result, at, count);
        at += count;
      }
    }
    node.defineConstant(result);
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
      node.constant(make.tensor(type, dims));
    }
    return node.end();
  }
}

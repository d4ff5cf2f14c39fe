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

/// Gather from a constant by constant indices.
final class GatherOperator implements Operator {
  private static final int NEGATIVE_INDICES = 11;

  private static final Declaration DECLARATION =
      Declaration.of("Gather", "slices of a tensor along an axis, by their indices")
          .withAll(Way.CONSTANT);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public boolean needsConstants(OnnxNode node) {
    return true;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Tensor data = node.foldedInput(0);
    Tensor indices = node.foldedInput(1);
    Shape from = data.shape();
    int rank = from.rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    node.attributes().end();
    node.requireType(
        indices.type() == ElementType.I64 || indices.type() == ElementType.I32,
        indices.type(),
        "int64 and int32 are supported");
    List<Integer> dims = new ArrayList<>(from.dims().subList(0, axis));
    dims.addAll(indices.shape().dims());
    dims.addAll(from.dims().subList(axis + 1, rank));
    Tensor result = node.foldable(data.type(), Shapes.of(node, dims));
    int size = from.dim(axis);
    int inner = from.countOf(axis + 1, rank);
    long at = 0;
    // without elements, the axes before may still count to 2^31
    int outers = result.shape().count() == 0 ? 0 : from.countOf(0, axis);
    for (int outer = 0; outer < outers; outer++) {
      for (int i = 0; i < indices.shape().count(); i++) {
        long index = indices.integer(i);
        node.require(
            index >= -size && index < size,
            "an index is out of range",
            index + " of " + size + " along axis " + axis);
        long row = (long) outer * size + (index < 0 ? index + size : index);
        Elements.copy(data, row * inner, result, at, inner);
        at += inner;
      }
    }
    node.defineConstant(result);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int rank = make.between(1, 3);
    int axis = make.between(0, rank - 1);
    int[] dims = make.dims(rank);
    int least = node.opset() >= NEGATIVE_INDICES ? -dims[axis] : 0;
    ElementType type = make.one(ElementType.I32, ElementType.I64);
    return node.constant(make.tensor(make.type(), dims))
        .constant(make.whole(type, least, dims[axis] - 1, make.dims(make.between(0, 2))))
        .integer("axis", axis)
        .end();
  }
}

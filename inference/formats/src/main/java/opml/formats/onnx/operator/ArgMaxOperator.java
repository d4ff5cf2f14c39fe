package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// ArgMax along one axis, as i64.
final class ArgMaxOperator implements Operator {
  private static final int LAST_CAN_BE_SELECTED = 12;

  private static final Declaration DECLARATION =
      Declaration.of(
              "ArgMax",
              "where the largest element lies along an axis, the first or the last of equal ones")
          .with(Way.KERNEL, ElementType.F32);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Value x = node.input(0, ElementType.F32);
    Shape shape = x.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    boolean keep = node.attributes().flag("keepdims", true);
    boolean last = node.attributes().flag("select_last_index", false);
    node.attributes().end();
    List<Integer> dims = new ArrayList<>(shape.dims());
    if (keep) {
      dims.set(axis, 1);
    } else {
      dims.subList(axis, axis + 1).clear();
    }
    node.call("argmax.f32")
        .read(x)
        .write(ElementType.I64, new Shape(dims))
        .ints("axis", shape.countOf(0, axis), shape.dim(axis), shape.countOf(axis + 1, rank))
        .flag("selectLast", last)
        .emit();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int rank = make.between(1, 4);
    CaseMaker.Draft node = make.node(DECLARATION.since());
    if (node.opset() >= LAST_CAN_BE_SELECTED) {
      node.flag("select_last_index", make.oneIn(2));
    }
    return node.given(make.floats(make.dims(rank)))
        .integer("axis", make.between(0, rank - 1))
        .flag("keepdims", make.oneIn(2))
        .end();
  }
}

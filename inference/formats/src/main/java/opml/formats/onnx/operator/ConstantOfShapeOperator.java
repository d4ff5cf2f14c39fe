package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;

/// ConstantOfShape: one value, repeated.
final class ConstantOfShapeOperator implements Operator {
  @Override
  public boolean needsConstants(OnnxNode node) {
    return true;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Tensor value =
        node.attributes().tensor("value").orElseGet(() -> Tensor.ofFloats(Shape.of(1), 0));
    node.attributes().end();
    node.require(value.shape().count() == 1, "value is not one number");
    node.foldedInput(0);
    List<Integer> dims = new ArrayList<>();
    for (long dim : node.integers(0)) {
      node.require(dim >= 0 && dim <= Integer.MAX_VALUE, "a size is out of range", "" + dim);
      dims.add((int) dim);
    }
    Tensor result = node.foldable(value.type(), Shapes.of(node, dims));
    for (int i = 0; i < result.shape().count(); i++) {
      Elements.copy(value, 0, result, i, 1);
    }
    node.defineConstant(result);
  }
}

package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// Reshape to a shape known at import: 0 keeps a dimension (unless `allowzero`), one -1 takes what is left.
final class ReshapeOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    boolean allowZero = node.attributes().flag("allowzero", false);
    node.attributes().end();
    Value x = node.input(0);
    node.define(x.reshaped(shape(node, x.shape(), node.integers(1), allowZero)));
  }

  private static Shape shape(NodeImport node, Shape from, long[] wanted, boolean allowZero) {
    List<Integer> dims = new ArrayList<>();
    int inferred = -1;
    long known = 1;
    for (int i = 0; i < wanted.length; i++) {
      long dim = wanted[i];
      if (dim == 0 && !allowZero) {
        node.require(i < from.rank(), "a dimension is to be kept that is not", i + " of " + from);
        dim = from.dim(i);
      } else if (dim == -1) {
        node.require(inferred < 0, "more than one dimension is -1");
        inferred = i;
        dim = 1;
      }
      node.require(
          dim >= 1 && dim <= from.count() / known,
          "the shapes have not as many elements",
          from + " and " + Arrays.toString(wanted));
      known *= dim;
      dims.add((int) dim);
    }
    if (inferred >= 0) {
      node.require(
          from.count() % known == 0,
          "the shapes have not as many elements",
          from + " and " + Arrays.toString(wanted));
      dims.set(inferred, from.count() / (int) known);
      known = from.count();
    }
    node.require(
        known == from.count(),
        "the shapes have not as many elements",
        from + " and " + Arrays.toString(wanted));
    return Shapes.of(node, dims);
  }
}

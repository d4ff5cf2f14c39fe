package opml.formats.onnx;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// Reshape to a shape known at import: 0 keeps a dimension (unless `allowzero`), one -1 takes what is left.
final class ReshapeOperator implements Operator {
  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    boolean allowZero = node.attributes().flag("allowzero", false);
    node.attributes().end();
    Value x = node.input(0);
    Tensor wanted = node.constant(1);
    node.require(
        wanted.type() == ElementType.I64 && wanted.shape().rank() == 1,
        "the shape must be an i64 vector, not " + wanted.type().label() + " " + wanted.shape());
    node.define(x.reshaped(shape(node, x.shape(), wanted.integers(), allowZero)));
  }

  private static Shape shape(NodeImport node, Shape from, long[] wanted, boolean allowZero) {
    List<Integer> dims = new ArrayList<>();
    int inferred = -1;
    long known = 1;
    for (int i = 0; i < wanted.length; i++) {
      long dim = wanted[i];
      if (dim == 0 && !allowZero) {
        node.require(
            i < from.rank(), "dimension " + i + " is to be kept but " + from + " has none");
        dim = from.dim(i);
      } else if (dim == -1) {
        node.require(inferred < 0, "more than one dimension is -1");
        inferred = i;
        dim = 1;
      }
      node.require(dim >= 1 && dim <= from.count(), "dimension " + i + " is " + wanted[i]);
      known *= dim;
      node.require(known <= from.count(), from + " cannot become a larger shape");
      dims.add((int) dim);
    }
    if (inferred >= 0) {
      node.require(from.count() % known == 0, from + " does not divide by " + known);
      dims.set(inferred, from.count() / (int) known);
      known = from.count();
    }
    node.require(known == from.count(), from + " cannot become " + dims);
    node.require(dims.size() <= Shape.MAX_RANK, "rank " + dims.size());
    return new Shape(dims);
  }
}

package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
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

/// Reshape to a shape known at import: 0 keeps a dimension (unless `allowzero`), one -1 takes what is left.
final class ReshapeOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("Reshape", "the same elements in another shape, which is a constant")
          .withAll(Way.NAME);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    boolean allowZero = node.attributes().flag("allowzero", false);
    node.attributes().end();
    Value x = node.input(0);
    node.define(x.reshaped(shape(node, x.shape(), node.integers(1), allowZero)));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int a = make.size();
    int b = make.size();
    int c = make.size();
    Tensor shape =
        make.one(
            Tensor.ofLongs(Shape.of(2), (long) a * b, c),
            Tensor.ofLongs(Shape.of(3), 0, 0, -1),
            Tensor.ofLongs(Shape.of(2), -1, c),
            Tensor.ofLongs(Shape.of(4), c, 1, b, a));
    return make.node(DECLARATION.since())
        .given(make.tensor(make.type(), a, b, c))
        .constant(shape)
        .end();
  }

  private static Shape shape(NodeImport node, Shape from, long[] wanted, boolean allowZero) {
    List<Integer> dims = new ArrayList<>();
    boolean isEmpty = from.count() == 0;
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
          isEmpty ? dim >= 0 && dim <= Integer.MAX_VALUE : dim >= 1 && dim <= from.count() / known,
          "the shapes have not as many elements",
          from + " and " + Arrays.toString(wanted));
      known *= isEmpty ? Math.min(dim, 1) : dim; // of what is empty, whether it is
      dims.add((int) dim);
    }
    if (inferred >= 0) {
      node.require(
          known > 0 && from.count() % known == 0,
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

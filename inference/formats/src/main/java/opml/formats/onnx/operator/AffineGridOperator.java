package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// AffineGrid: the places of an image's elements, from -1 to 1, by a matrix.
final class AffineGridOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of("AffineGrid", "the places of an image's elements, by an affine matrix")
          .since(20)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  private static final long MOST = 1 << 20;

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 2);
    Floats floats = Floats.of(node, 0);
    Value theta = floats.input(0);
    long[] size = node.integers(1);
    boolean aligned = node.attributes().flag("align_corners", false);
    node.attributes().end();
    int axes = size.length - 2;
    node.require(
        (axes == 2 || axes == 3)
            && theta.shape().rank() == 3
            && theta.shape().dim(0) == size[0]
            && theta.shape().dim(1) == axes
            && theta.shape().dim(2) == axes + 1,
        "the matrices do not fit the size",
        theta.describe());
    List<Integer> dims = new ArrayList<>(List.of(theta.shape().dim(0)));
    int count = 1;
    for (int i = 0; i < axes; i++) {
      node.require(size[i + 2] >= 1 && size[i + 2] <= MOST / count, "the size is out of range");
      count *= (int) size[i + 2];
      dims.add((int) size[i + 2]);
    }
    dims.add(axes);
    Tensor places = node.foldable(ElementType.F32, Shape.of(count, axes + 1));
    for (int i = 0; i < count; i++) {
      int rest = i;
      for (int axis = axes - 1; axis >= 0; axis--) {
        int n = (int) size[axis + 2];
        // a grid has the last axis first
        Elements.put(places, i * (axes + 1) + axes - 1 - axis, place(rest % n, n, aligned));
        rest /= n;
      }
      Elements.put(places, i * (axes + 1) + axes, 1f);
    }
    Value y =
        node.call("matmul.f32")
            .named("grid")
            .derived("places", places)
            .read(theta)
            .writePart(ElementType.F32, Shapes.of(node, dims))
            .ints("batch m n k", theta.shape().dim(0), count, axes, axes + 1)
            .ints("a.batch a.row a.column", 0, axes + 1, 1)
            .ints("b.batch b.row b.column", axes * (axes + 1), 1, axes + 1)
            .emitPart();
    floats.define(0, y);
  }

  private static float place(int i, int n, boolean aligned) {
    if (aligned) {
      return n == 1 ? 0f : (float) (-1 + 2.0 * i / (n - 1));
    }
    return (float) (-1 + (2.0 * i + 1) / n);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    int axes = make.between(2, 3);
    long[] size = new long[axes + 2];
    for (int i = 0; i < size.length; i++) {
      size[i] = make.between(1, 3);
    }
    return make.node(DECLARATION.since())
        .given(Floats.random(make, (int) size[0], axes, axes + 1))
        .constant(Tensor.ofLongs(Shape.of(size.length), size))
        .flag("align_corners", make.oneIn(2))
        .end();
  }
}

package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// MaxUnpool: what MaxPool took, at the places that it told, zeros elsewhere. The places are those of the shape that
/// follows from the windows; one that is asked for may have more, at the ends of its axes, which are zeros.
final class MaxUnpoolOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "MaxUnpool", "elements at the places that MaxPool took them from, zeros elsewhere")
          .since(9)
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Value indices = node.input(1, ElementType.I64);
    node.require(
        Window.isImage(x.shape()) && indices.shape().equals(x.shape()),
        "an image and as many indices are supported",
        x.describe() + " and " + indices.describe());
    int axes = x.shape().rank() - 2;
    int[] kernel =
        node.attributes()
            .integers("kernel_shape", axes, 1, Window.MAX)
            .orElseThrow(() -> new RefusedNode("kernel_shape is missing", ""));
    int[] strides = node.attributes().integers("strides", axes, 1, Window.MAX).orElse(ones(axes));
    int[] pads =
        node.attributes().integers("pads", 2 * axes, 0, Window.MAX).orElse(new int[2 * axes]);
    node.attributes().end();
    List<Integer> dims = new ArrayList<>(x.shape().dims().subList(0, 2));
    for (int i = 0; i < axes; i++) {
      long size = (x.shape().dim(i + 2) - 1L) * strides[i] + kernel[i] - pads[i] - pads[axes + i];
      node.require(size >= 1 && size <= Integer.MAX_VALUE, "an axis of the result has no size");
      dims.add((int) size);
    }
    Shape shape = Shapes.of(node, dims);
    Value y =
        node.call("unpool.b4")
            .named("unpooled")
            .read(x)
            .read(indices)
            .writePart(ElementType.F32, shape)
            .ints("n size", x.shape().count(), shape.count())
            .emitPart();
    Optional<Value> wanted = node.optional(2);
    floats.define(0, wanted.isPresent() ? enlarged(node, y, node.integers(2)) : y);
  }

  private static int[] ones(int count) {
    int[] ones = new int[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Value enlarged(NodeImport node, Value y, long[] wanted) {
    int rank = y.shape().rank();
    node.require(wanted.length == rank, "output_shape has not one number for each axis");
    List<Integer> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      node.require(
          wanted[i] >= y.shape().dim(i) && wanted[i] <= Integer.MAX_VALUE,
          "output_shape is smaller than what the windows give",
          Arrays.toString(wanted));
      dims.add((int) wanted[i]);
    }
    Shape shape = Shapes.of(node, dims);
    if (shape.equals(y.shape())) {
      return y;
    }
    Walk to = Walk.of(shape);
    for (int i = 0; i < rank; i++) {
      to = to.sliced(i, 0, y.shape().dim(i), 1);
    }
    ElementMoves.Part part = new ElementMoves.Part(y, Walk.of(y.shape()), to);
    return node.moves().assembled("enlarged", y.type(), shape, List.of(part));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int axes = make.between(1, 3);
    int[] dims = new int[axes + 2];
    int[] kernel = new int[axes];
    int[] wanted = new int[axes + 2];
    int count = 1;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = make.between(1, 3);
      wanted[i] = dims[i];
      if (i >= 2) {
        kernel[i - 2] = make.between(1, 2);
        wanted[i] = dims[i] - 1 + kernel[i - 2];
      }
      count *= wanted[i];
      wanted[i] += i >= 2 ? make.between(0, 2) : 0;
    }
    node.given(Floats.random(make, dims))
        .given(make.whole(ElementType.I64, -1, count, dims))
        .integers("kernel_shape", kernel);
    if (make.oneIn(2)) {
      long[] shape = Arrays.stream(wanted).asLongStream().toArray();
      node.constant(Tensor.ofLongs(Shape.of(shape.length), shape));
    }
    return node.end();
  }
}

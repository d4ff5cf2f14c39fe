package opml.formats.onnx.operator;

import java.util.function.Function;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// How QuantizeLinear and DequantizeLinear see a tensor: with one scale as a single channel, else as (outer,
/// channels, inner).
record Channels(int outer, int channels, int inner, boolean perChannel) {
  private static final int PER_CHANNEL = 13;

  /// Reads the axis and checks the shapes of scale and zero point against it.
  static Channels of(NodeImport node, Shape x, Value scale) {
    int rank = x.rank();
    int declared = node.attributes().integer("axis", 1, -16, 16);
    node.require(node.attributes().integer("block_size", 0, 0, 0) == 0, "blocks are not supported");
    if (scale.shape().count() == 1 && scale.shape().rank() <= 1) {
      return new Channels(1, 1, x.count(), false);
    }
    int axis = node.axis(declared, rank);
    node.require(
        scale.shape().equals(Shape.of(x.dim(axis))),
        "the scale does not fit the channels",
        scale.describe() + " for " + x.dim(axis) + " channels along axis " + axis);
    return new Channels(x.countOf(0, axis), x.dim(axis), x.countOf(axis + 1, rank), true);
  }

  void requireSameShape(NodeImport node, Value zeroPoint) {
    node.require(
        zeroPoint.shape().count() == (perChannel ? channels : 1) && zeroPoint.shape().rank() <= 1,
        "the zero point does not fit the scale",
        zeroPoint.describe());
  }

  /// Adds to a node x, a scale or one for each channel, and perhaps the zero points.
  ///
  /// @param x makes the first input, of these dimensions
  /// @param type of the zero points
  /// @param optional whether they may be left out
  static void random(
      CaseMaker make,
      CaseMaker.Draft node,
      Function<int[], Tensor> x,
      ElementType type,
      boolean optional) {
    int[] dims = make.dims(make.between(1, 4));
    boolean perChannel = node.opset() >= PER_CHANNEL && make.oneIn(2);
    int axis = make.between(0, dims.length - 1);
    int[] scales = perChannel ? new int[] {dims[axis]} : new int[0];
    Tensor first = x.apply(dims);
    boolean isConstant = first.type() == ElementType.I32;
    if (isConstant) {
      node.constant(first).constant(make.scales(scales));
    } else {
      node.given(first).either(make.scales(scales));
    }
    if (!optional || make.oneIn(2)) {
      Tensor zeros = make.whole(type, isConstant ? 0 : -128, isConstant ? 0 : 127, scales);
      if (isConstant) {
        node.constant(zeros);
      } else {
        node.either(zeros);
      }
    }
    if (perChannel) {
      node.integer("axis", axis);
    }
  }
}

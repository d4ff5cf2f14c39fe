package opml.formats.onnx.operator;

import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// How QuantizeLinear and DequantizeLinear see a tensor: with one scale as a single channel, else as (outer,
/// channels, inner).
record Channels(int outer, int channels, int inner, boolean perChannel) {
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
}

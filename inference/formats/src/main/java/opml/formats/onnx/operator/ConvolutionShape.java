package opml.formats.onnx.operator;

import java.util.Arrays;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// The sizes of a convolution, of floats or of 8-bit integers.
record ConvolutionShape(
    int batch, int inChannels, int outChannels, int groups, Window window, Shape result) {
  /// Reads the attributes of x (batch, channels, depth, height, width) and w (outChannels, channels / groups, depth,
  /// height, width), or both without depth, or without height.
  static ConvolutionShape of(NodeImport node, Value x, Value w) {
    Window window = Window.ofWeights(node, x, w);
    int inChannels = x.shape().dim(1);
    int outChannels = w.shape().dim(0);
    int groups = node.attributes().integer("group", 1, 1, Integer.MAX_VALUE);
    node.require(
        inChannels % groups == 0
            && outChannels % groups == 0
            && w.shape().dim(1) == inChannels / groups,
        "the weights do not fit the channels",
        w.shape() + " for " + inChannels + " channels in " + groups + " groups");
    int batch = x.shape().dim(0);
    return new ConvolutionShape(
        batch, inChannels, outChannels, groups, window, window.result(node, batch, outChannels));
  }

  void requirePerChannel(NodeImport node, Shape shape, String what) {
    node.require(
        shape.equals(Shape.of(outChannels)),
        "the " + what + " must have one number for each channel",
        shape + " for " + outChannels + " channels");
  }

  /// {@return the products that one output adds up, at most}
  long products() {
    return Arrays.stream(window.kernel())
        .asLongStream()
        .reduce(inChannels / groups, (a, b) -> a * b);
  }

  /// Gives the sizes to the call of a convolution.
  NodeImport.Call scalars(NodeImport.Call call) {
    return call.ints("batch inChannels outChannels groups", batch, inChannels, outChannels, groups)
        .ints("in", window.in())
        .ints("out", window.out())
        .ints("window", window.scalars());
  }
}

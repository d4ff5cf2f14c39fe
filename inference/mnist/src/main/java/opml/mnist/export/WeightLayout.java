package opml.mnist.export;

import opml.mnist.network.Layer;

/// Where ONNX puts a weight. A [Layer] has them as (kernel row, kernel column, in channel, out channel); ONNX's Conv
/// wants (out channel, in channel, kernel row, kernel column), and the matrix of the connected layer has the same
/// order with its last three dimensions flattened, because Flatten turns (channel, row, column) into one row.
final class WeightLayout {
  private WeightLayout() {}

  /// {@return for each weight in ONNX's order its index in the layer's}
  static int[] onnxOrder(Layer layer) {
    int[] order = new int[layer.weights()];
    int at = 0;
    for (int o = 0; o < layer.outChannels(); o++) {
      for (int i = 0; i < layer.inChannels(); i++) {
        for (int ky = 0; ky < Layer.KERNEL; ky++) {
          for (int kx = 0; kx < Layer.KERNEL; kx++) {
            order[at++] = layer.weightsAt(ky, kx) + i * layer.outChannels() + o;
          }
        }
      }
    }
    return order;
  }
}

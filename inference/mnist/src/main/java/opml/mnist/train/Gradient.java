package opml.mnist.train;

import java.util.Arrays;
import java.util.List;
import opml.mnist.data.LabelledImages;
import opml.mnist.network.ConvolutionLayer;
import opml.mnist.network.Images;
import opml.mnist.network.Network;

/// The gradient of the cross-entropy loss over a few images, added up image after image. Not for two threads at once.
final class Gradient {
  private final List<float[]> activations = Network.activations();
  private final List<float[]> slopes = Network.activations();
  private final Network sums = Network.zero();
  private double loss;

  /// {@return the sums over all images since [#clear], one array per layer}
  List<float[]> sums() {
    return sums.parameters();
  }

  /// {@return the loss summed over all images since [#clear]}
  double loss() {
    return loss;
  }

  void clear() {
    sums().forEach(sum -> Arrays.fill(sum, 0));
    loss = 0;
  }

  /// Adds one image, moved by a few pixels.
  void add(Network network, LabelledImages images, int index, int down, int right) {
    Images.load(images, index, down, right, activations.getFirst());
    network.forward(activations);
    loss += crossEntropy(activations.getLast(), images.label(index), slopes.getLast());
    for (int i = Network.LAYERS.size() - 1; i >= 0; i--) {
      ConvolutionLayer.backward(
          Network.LAYERS.get(i),
          network.parameters().get(i),
          activations.get(i),
          slopes.get(i + 1),
          sums().get(i),
          i == 0 ? null : slopes.get(i));
    }
  }

  /// {@return -log softmax(logits)[label]; its derivative, softmax - one-hot, goes to `slope`}
  static double crossEntropy(float[] logits, int label, float[] slope) {
    float greatest = logits[Images.greatest(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += StrictMath.exp(logit - greatest);
    }
    for (int i = 0; i < logits.length; i++) {
      double probability = StrictMath.exp(logits[i] - greatest) / sum;
      slope[i] = (float) (i == label ? probability - 1 : probability);
    }
    return StrictMath.log(sum) - (logits[label] - greatest);
  }
}

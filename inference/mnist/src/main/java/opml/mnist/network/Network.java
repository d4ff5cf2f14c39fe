package opml.mnist.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.mnist.digit.Digit;

/// The demo network with its parameters: three strided convolutions with ReLU and a fully connected layer without bias.
///
/// ```
/// image        28 x 28 x  1   pixels / 256
/// convolution  14 x 14 x  8   3 x 3, stride 2, padding 1, ReLU
/// convolution   7 x  7 x 16   3 x 3, stride 2, padding 1, ReLU
/// convolution   3 x  3 x 32   3 x 3, stride 2, ReLU
/// connected              10   logits
/// ```
///
/// It is that small because a dispute may run it in the fraud-proof machine, at some 130 instructions per float
/// multiplication; strides instead of pooling, because the int8 model has no pooling. Pixels are divided by 256 and not
/// by 255, so that the division can move into the exported weights without a rounding.
///
/// @param parameters one array per layer of [#LAYERS], in its layout
public record Network(List<float[]> parameters) {
  public static final List<Layer> LAYERS =
      List.of(
          new Layer(28, 1, 8, 2, 1, true),
          new Layer(14, 8, 16, 2, 1, true),
          new Layer(7, 16, 32, 2, 0, true),
          new Layer(3, 32, 10, 1, 0, false));

  /// What a pixel is multiplied by before the first layer.
  public static final float PIXEL_SCALE = 0x1p-8f;

  public static final int CLASSES = 10;

  public Network {
    parameters = List.copyOf(parameters);
    if (parameters.size() != LAYERS.size()) {
      throw new IllegalArgumentException("parameters for " + parameters.size() + " layers");
    }
    for (int i = 0; i < LAYERS.size(); i++) {
      int expected = LAYERS.get(i).parameters();
      if (parameters.get(i).length != expected) {
        throw new IllegalArgumentException(
            "layer %d has %d parameters, expected %d"
                .formatted(i, parameters.get(i).length, expected));
      }
    }
  }

  /// {@return a network of zeros}
  public static Network zero() {
    List<float[]> parameters = new ArrayList<>();
    for (Layer layer : LAYERS) {
      parameters.add(new float[layer.parameters()]);
    }
    return new Network(parameters);
  }

  /// {@return a network to start training from: weights uniform with variance 2 / inputs (He et al. 2015), biases zero}
  public static Network random(Random random) {
    Network network = zero();
    for (int i = 0; i < LAYERS.size(); i++) {
      Layer layer = LAYERS.get(i);
      float inputs = layer.inChannels() * Layer.KERNEL * Layer.KERNEL;
      float bound = (float) Math.sqrt(6 / inputs);
      for (int j = 0; j < layer.weights(); j++) {
        network.parameters.get(i)[j] = (2 * random.nextFloat() - 1) * bound;
      }
    }
    return network;
  }

  /// {@return multiplications per image}
  public static int multiplications() {
    return LAYERS.stream().mapToInt(Layer::multiplications).sum();
  }

  /// {@return fresh arrays for an image and the output of every layer: LAYERS + 1 of them}
  public static List<float[]> activations() {
    List<float[]> activations = new ArrayList<>();
    activations.add(new float[Digit.PIXELS]);
    for (Layer layer : LAYERS) {
      activations.add(new float[layer.outputs()]);
    }
    return activations;
  }

  /// Runs the network on `activations[0]`, filling the others; the last are the logits.
  public void forward(List<float[]> activations) {
    for (int i = 0; i < LAYERS.size(); i++) {
      ConvolutionLayer.forward(
          LAYERS.get(i), parameters.get(i), activations.get(i), activations.get(i + 1));
    }
  }
}

package opml.mnist.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConvolutionLayerTest {
  private static final List<Layer> LAYERS =
      List.of(
          new Layer(5, 2, 3, 2, 1, true),
          new Layer(4, 1, 2, 1, 0, true),
          new Layer(7, 3, 2, 3, 1, false),
          new Layer(3, 4, 5, 1, 0, false));

  /// The sum over outputs of random factors times outputs is the loss here: its derivative by an output is the factor.
  @Test
  void gradientsAreTheSlopesThatSmallChangesShow() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (Layer layer : LAYERS) {
      float[] parameters = randoms(layer.parameters(), random);
      float[] input = randoms(layer.inputs(), random);
      for (int i = 0; i < input.length; i++) {
        // As after a ReLU; exact zeros have no gradient, and none near zero that a change would
        // carry across it.
        input[i] = input[i] < 0 ? 0 : input[i] + 0.1f;
      }
      float[] factors = randoms(layer.outputs(), random);
      float[] output = new float[layer.outputs()];
      ConvolutionLayer.forward(layer, parameters, input, output);
      float[] slopes = factors.clone();
      for (int i = 0; i < output.length; i++) {
        slopes[i] = layer.biased() && output[i] <= 0 ? 0 : slopes[i];
      }
      float[] gradient = new float[layer.parameters()];
      float[] inputGradient = new float[layer.inputs()];
      ConvolutionLayer.backward(layer, parameters, input, slopes, gradient, inputGradient);

      for (int i = 0; i < parameters.length; i++) {
        assertSlope(layer, parameters, input, output, slopes, parameters, i, gradient[i], seed);
      }
      for (int i = 0; i < input.length; i++) {
        if (input[i] == 0) {
          assertThat(inputGradient[i]).isZero();
        } else {
          assertSlope(layer, parameters, input, output, slopes, input, i, inputGradient[i], seed);
        }
      }
    }
  }

  @Test
  void theNetworkHasTheShapesThatItsLayersNeedOfEachOther() {
    for (int i = 1; i < Network.LAYERS.size(); i++) {
      assertThat(Network.LAYERS.get(i).inputs()).isEqualTo(Network.LAYERS.get(i - 1).outputs());
    }
    assertThat(Network.LAYERS.getLast().outputs()).isEqualTo(Network.CLASSES);
    assertThat(Network.multiplications()).isEqualTo(114_912);
  }

  /// Compares with a central difference in double, over the outputs that the ReLU lets through at the middle.
  private static void assertSlope(
      Layer layer,
      float[] parameters,
      float[] input,
      float[] output,
      float[] slopes,
      float[] varied,
      int index,
      float expected,
      long seed) {
    float middle = varied[index];
    float step = 0x1p-6f;
    varied[index] = middle + step;
    double above = loss(layer, parameters, input, output, slopes);
    varied[index] = middle - step;
    double below = loss(layer, parameters, input, output, slopes);
    varied[index] = middle;
    assertThat((above - below) / (2 * step))
        .as("seed %d, %s, index %d", seed, layer, index)
        .isCloseTo(expected, within(1e-3));
  }

  /// The loss without the ReLU, whose kink a finite step could cross.
  private static double loss(
      Layer layer, float[] parameters, float[] input, float[] output, float[] slopes) {
    Layer linear =
        new Layer(
            layer.inSize(),
            layer.inChannels(),
            layer.outChannels(),
            layer.stride(),
            layer.padding(),
            false);
    ConvolutionLayer.forward(linear, parameters, input, output);
    double loss = 0;
    for (int i = 0; i < output.length; i++) {
      float bias = layer.biased() ? parameters[layer.weights() + i % layer.outChannels()] : 0;
      loss += (double) slopes[i] * ((double) output[i] + bias);
    }
    return loss;
  }

  private static float[] randoms(int count, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }
}

package opml.mnist.quantise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import opml.mnist.network.Layer;
import opml.mnist.network.Network;
import opml.mnist.quantise.Calibration.Range;
import org.junit.jupiter.api.Test;

class QuantiserTest {
  private static final Calibration CALIBRATION =
      new Calibration(
          List.of(new Range(0, 3), new Range(0, 5), new Range(0, 8), new Range(-30, 20)));

  @Test
  void everyWeightIsWithinHalfAStepOfItsInteger() {
    Network network = Network.random(new Random(7));
    List<QuantisedLayer> layers = Quantiser.quantise(network, CALIBRATION);
    for (int i = 0; i < layers.size(); i++) {
      QuantisedLayer layer = layers.get(i);
      int channels = layer.layer().outChannels();
      for (int j = 0; j < layer.weights().length; j++) {
        float step = layer.weightScales().get(j % channels % layer.weightScales().size()).step();
        assertThat((double) layer.weights()[j] * step)
            .isCloseTo(network.parameters().get(i)[j], within(step * 0.50001));
      }
    }
  }

  @Test
  void biasesCountInProductsOfInputAndWeightSteps() {
    Network network = Network.random(new Random(8));
    Layer first = Network.LAYERS.getFirst();
    network.parameters().getFirst()[first.weights() + 2] = -0.75f;
    QuantisedLayer layer = Quantiser.quantise(network, CALIBRATION).getFirst();
    double step = (double) Network.PIXEL_SCALE * layer.weightScales().get(2).step();
    assertThat(layer.bias()[2] * step).isCloseTo(-0.75, within(step / 2));
    assertThat(layer.bias()[3]).isZero();
  }

  @Test
  void layersWithAReluHaveZeroPointZeroSoThatClampingIsTheRelu() {
    List<QuantisedLayer> layers = Quantiser.quantise(Network.random(new Random(9)), CALIBRATION);
    assertThat(layers.subList(0, 3)).allMatch(layer -> layer.output().zero() == 0);
    assertThat(layers.getLast().output()).isEqualTo(new Scale(50f / 255, 153));
  }

  @Test
  void aRangeAlwaysHoldsZero() {
    assertThat(Scale.ofBytes(new Range(2, 5)).zero()).isZero();
    assertThat(Scale.ofBytes(new Range(-5, -2))).isEqualTo(new Scale(5f / 255, 255));
    assertThat(Scale.ofBytes(new Range(0, 0))).isEqualTo(new Scale(1, 0));
  }

  @Test
  void weightsRoundToNearestEvenAndStayInRange() {
    Scale half = new Scale(0.5f, 0);
    assertThat(half.weight(0.25f)).isEqualTo((byte) 0);
    assertThat(half.weight(0.75f)).isEqualTo((byte) 2);
    assertThat(half.weight(-1000)).isEqualTo((byte) -127);
    assertThat(Scale.ofWeights(2).weight(2)).isEqualTo((byte) 127);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> new Range(1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Range(Float.NaN, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Scale(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Calibration(Collections.emptyList()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

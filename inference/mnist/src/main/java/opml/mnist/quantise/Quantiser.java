package opml.mnist.quantise;

import java.util.ArrayList;
import java.util.List;
import opml.mnist.network.Layer;
import opml.mnist.network.Network;

/// Static quantisation: weights to signed bytes, activations to unsigned bytes with scales fixed by a calibration.
///
/// Convolutions have a weight scale per out channel; the last layer, which becomes a matrix product, has one for all.
/// The pixels need no quantising: a pixel byte p already means p / 256.
public final class Quantiser {
  private Quantiser() {}

  /// What the bytes of an image mean.
  public static final Scale PIXELS = new Scale(Network.PIXEL_SCALE, 0);

  /// {@return the layers of `network` in integers, first to last}
  public static List<QuantisedLayer> quantise(Network network, Calibration calibration) {
    List<QuantisedLayer> layers = new ArrayList<>();
    Scale input = PIXELS;
    for (int i = 0; i < Network.LAYERS.size(); i++) {
      Scale output = Scale.ofBytes(calibration.ranges().get(i));
      layers.add(quantise(Network.LAYERS.get(i), network.parameters().get(i), input, output));
      input = output;
    }
    return layers;
  }

  private static QuantisedLayer quantise(
      Layer layer, float[] parameters, Scale input, Scale output) {
    List<Scale> scales = layer.biased() ? channelScales(layer, parameters) : oneScale(parameters);
    int channels = layer.outChannels();
    byte[] weights = new byte[layer.weights()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = scales.get(i % channels % scales.size()).weight(parameters[i]);
    }
    int[] bias = new int[layer.biased() ? channels : 0];
    for (int o = 0; o < bias.length; o++) {
      double step = (double) input.step() * scales.get(o).step();
      bias[o] = Math.toIntExact((long) Math.rint(parameters[layer.weights() + o] / step));
    }
    return new QuantisedLayer(layer, weights, scales, bias, output);
  }

  private static List<Scale> channelScales(Layer layer, float[] parameters) {
    float[] greatest = new float[layer.outChannels()];
    for (int i = 0; i < layer.weights(); i++) {
      int channel = i % greatest.length;
      greatest[channel] = Math.max(greatest[channel], Math.abs(parameters[i]));
    }
    List<Scale> scales = new ArrayList<>();
    for (float value : greatest) {
      scales.add(Scale.ofWeights(value));
    }
    return scales;
  }

  private static List<Scale> oneScale(float[] parameters) {
    float greatest = 0;
    for (float parameter : parameters) {
      greatest = Math.max(greatest, Math.abs(parameter));
    }
    return List.of(Scale.ofWeights(greatest));
  }
}

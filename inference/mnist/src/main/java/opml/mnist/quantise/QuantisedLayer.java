package opml.mnist.quantise;

import java.util.List;
import opml.mnist.network.Layer;

/// One layer in integers.
///
/// @param layer the shape
/// @param weights in the layer's layout
/// @param weightScales one per out channel, or one for all
/// @param bias one per out channel in units of input step · weight step; empty where the layer has none
/// @param output what the layer's outputs mean. The zero of a layer with a ReLU is 0, so that clamping to an unsigned
///     byte is the ReLU
@SuppressWarnings("ArrayRecordComponent") // read in bulk, never compared
public record QuantisedLayer(
    Layer layer, byte[] weights, List<Scale> weightScales, int[] bias, Scale output) {
  public QuantisedLayer {
    weightScales = List.copyOf(weightScales);
    if (weights.length != layer.weights()
        || bias.length != (layer.biased() ? layer.outChannels() : 0)
        || weightScales.size() != 1 && weightScales.size() != layer.outChannels()) {
      throw new IllegalArgumentException("sizes do not fit " + layer);
    }
  }
}

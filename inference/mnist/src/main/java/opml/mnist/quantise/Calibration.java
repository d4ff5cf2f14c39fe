package opml.mnist.quantise;

import java.util.List;
import java.util.stream.IntStream;
import opml.mnist.data.LabelledImages;
import opml.mnist.network.Images;
import opml.mnist.network.Network;

/// The range of every layer's outputs over some images, which decides what a byte can express.
///
/// @param ranges one per layer of the network
public record Calibration(List<Range> ranges) {
  /// The least and the greatest value seen.
  public record Range(float least, float greatest) {
    public Range {
      if (!(least <= greatest)) {
        throw new IllegalArgumentException("not a range: " + least + " to " + greatest);
      }
    }
  }

  public Calibration {
    ranges = List.copyOf(ranges);
    if (ranges.size() != Network.LAYERS.size()) {
      throw new IllegalArgumentException("ranges for " + ranges.size() + " layers");
    }
  }

  /// {@return the ranges over the first `count` of `images`}
  public static Calibration of(Network network, LabelledImages images, int count) {
    if (count < 1 || count > images.count()) {
      throw new IllegalArgumentException(count + " of " + images.count() + " images");
    }
    int layers = Network.LAYERS.size();
    float[] least = new float[layers];
    float[] greatest = new float[layers];
    List<float[]> activations = Network.activations();
    for (int image = 0; image < count; image++) {
      Images.load(images, image, 0, 0, activations.getFirst());
      network.forward(activations);
      for (int layer = 0; layer < layers; layer++) {
        for (float value : activations.get(layer + 1)) {
          least[layer] = Math.min(least[layer], value);
          greatest[layer] = Math.max(greatest[layer], value);
        }
      }
    }
    return new Calibration(
        IntStream.range(0, layers).mapToObj(i -> new Range(least[i], greatest[i])).toList());
  }
}

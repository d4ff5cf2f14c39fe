package opml.mnist.train;

import java.util.List;
import opml.mnist.network.Network;

/// The Adam optimiser (Kingma and Ba 2015), bias correction included, in double between loads and stores.
final class Adam {
  private static final double MEAN_DECAY = 0.9;
  private static final double SQUARE_DECAY = 0.999;
  private static final double EPSILON = 1e-8;

  private final Network means = Network.zero();
  private final Network squares = Network.zero();
  private double meanPower = 1;
  private double squarePower = 1;

  /// Moves the parameters against `gradient`, one array per layer as in the network.
  void step(Network network, List<float[]> gradient, double rate) {
    meanPower *= MEAN_DECAY;
    squarePower *= SQUARE_DECAY;
    for (int layer = 0; layer < gradient.size(); layer++) {
      float[] g = gradient.get(layer);
      float[] mean = means.parameters().get(layer);
      float[] square = squares.parameters().get(layer);
      float[] parameter = network.parameters().get(layer);
      for (int i = 0; i < g.length; i++) {
        mean[i] = (float) (MEAN_DECAY * mean[i] + (1 - MEAN_DECAY) * g[i]);
        square[i] = (float) (SQUARE_DECAY * square[i] + (1 - SQUARE_DECAY) * g[i] * g[i]);
        double scale = Math.sqrt(square[i] / (1 - squarePower)) + EPSILON;
        parameter[i] -= (float) (rate * mean[i] / (1 - meanPower) / scale);
      }
    }
  }
}

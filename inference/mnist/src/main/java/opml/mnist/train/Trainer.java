package opml.mnist.train;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.mnist.data.LabelledImages;
import opml.mnist.network.Network;

/// Trains a [Network] so that anyone gets the same bits from the same data and seed, on any JVM and number of threads.
///
/// Java's float arithmetic is strict, `Random` is specified down to the bit, and `exp` and `log` are `StrictMath`'s.
/// The one freedom left is the order of sums, and it is fixed: a batch is cut into [#PARTS] parts, each adds up its own
/// images in order, wherever it runs, and the parts are added in order.
final class Trainer {
  static final int BATCH = 64;
  static final int PARTS = 4;

  /// By how many pixels an image may move in each direction, so that the network does not learn places by heart.
  private static final int SHIFT = 1;

  private final LabelledImages images;
  private final Random random;
  private final Network network;
  private final Adam adam = new Adam();
  private final List<Gradient> parts = Stream.generate(Gradient::new).limit(PARTS).toList();
  private final int[] order;

  Trainer(LabelledImages images, long seed) {
    this.images = images;
    random = new Random(seed);
    network = Network.random(random);
    order = IntStream.range(0, images.count()).toArray();
  }

  Network network() {
    return network;
  }

  /// Shows every image once, in a new random order. The rate falls linearly over all steps of the training.
  ///
  /// @return the mean loss
  double epoch(int epoch, int epochs, double firstRate) {
    shuffle();
    int batches = order.length / BATCH;
    double loss = 0;
    for (int batch = 0; batch < batches; batch++) {
      double done = (double) (epoch * batches + batch) / (epochs * batches);
      loss += step(batch * BATCH, firstRate * (1 - done));
    }
    return loss / (batches * BATCH);
  }

  private double step(int first, double rate) {
    int[] shifts = new int[2 * BATCH];
    for (int i = 0; i < shifts.length; i++) {
      shifts[i] = random.nextInt(2 * SHIFT + 1) - SHIFT;
    }
    int size = BATCH / PARTS;
    IntStream.range(0, PARTS)
        .parallel()
        .forEach(
            part -> {
              Gradient gradient = parts.get(part);
              gradient.clear();
              for (int i = part * size; i < (part + 1) * size; i++) {
                gradient.add(network, images, order[first + i], shifts[2 * i], shifts[2 * i + 1]);
              }
            });
    adam.step(network, mean(), rate);
    return parts.stream().mapToDouble(Gradient::loss).reduce(0, Double::sum);
  }

  /// {@return the mean gradient over the batch, in the first part's arrays}
  private List<float[]> mean() {
    List<float[]> sums = parts.getFirst().sums();
    for (int layer = 0; layer < sums.size(); layer++) {
      float[] sum = sums.get(layer);
      for (int i = 0; i < sum.length; i++) {
        for (int part = 1; part < PARTS; part++) {
          sum[i] += parts.get(part).sums().get(layer)[i];
        }
        sum[i] /= BATCH;
      }
    }
    return sums;
  }

  /// Fisher and Yates, written out because `Collections.shuffle` does not promise its order.
  private void shuffle() {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
  }
}

package opml.mnist.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import opml.mnist.data.LabelledImages;
import opml.mnist.digit.Digit;
import opml.mnist.network.Images;
import opml.mnist.network.Network;
import org.junit.jupiter.api.Test;

class TrainerTest {
  /// Blobs at one of ten places, with noise: learnable within seconds.
  private static final LabelledImages BLOBS = blobs(640);

  @Test
  void theThreadsDoNotShowInTheBits() throws Exception {
    assertThat(bits(trainWith(1))).isEqualTo(bits(trainWith(4)));
  }

  @Test
  void anotherSeedGivesAnotherNetwork() {
    assertThat(bits(new Trainer(BLOBS, 1).network()))
        .isNotEqualTo(bits(new Trainer(BLOBS, 2).network()));
  }

  @Test
  void trainingLearns() {
    Trainer trainer = new Trainer(BLOBS, 3);
    double before = Images.accuracy(trainer.network(), BLOBS);
    int epochs = 10;
    double first = trainer.epoch(0, epochs, 0.005);
    double last = first;
    for (int epoch = 1; epoch < epochs; epoch++) {
      last = trainer.epoch(epoch, epochs, 0.005);
    }
    assertThat(last).isLessThan(first / 4);
    assertThat(before).isLessThan(0.5);
    assertThat(Images.accuracy(trainer.network(), BLOBS)).isGreaterThan(0.98);
  }

  @Test
  void theSlopeOfTheCrossEntropyIsSoftmaxLessOne() {
    float[] slope = new float[2];
    double loss = Gradient.crossEntropy(new float[] {(float) StrictMath.log(3), 0}, 1, slope);
    assertThat(loss).isCloseTo(StrictMath.log(4), within(1e-6));
    assertThat(slope).containsExactly(new float[] {0.75f, -0.75f}, within(1e-6f));
  }

  private static Network trainWith(int threads) throws Exception {
    try (ForkJoinPool pool = new ForkJoinPool(threads)) {
      return pool.submit(
              () -> {
                Trainer trainer = new Trainer(BLOBS, 5);
                trainer.epoch(0, 1, 0.003);
                return trainer.network();
              })
          .get();
    }
  }

  private static List<Integer> bits(Network network) {
    List<Integer> bits = new ArrayList<>();
    for (float[] layer : network.parameters()) {
      for (float parameter : layer) {
        bits.add(Float.floatToIntBits(parameter));
      }
    }
    return bits;
  }

  private static LabelledImages blobs(int count) {
    Random random = new Random(11);
    byte[] pixels = new byte[count * Digit.PIXELS];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) random.nextInt(10);
      int top = 3 + labels[i] / 5 * 12;
      int left = 2 + labels[i] % 5 * 5;
      for (int j = 0; j < 16; j++) {
        int row = top + j / 4;
        int column = left + j % 4;
        pixels[i * Digit.PIXELS + row * Digit.SIDE + column] = (byte) (100 + random.nextInt(156));
      }
    }
    return new LabelledImages(pixels, labels);
  }
}

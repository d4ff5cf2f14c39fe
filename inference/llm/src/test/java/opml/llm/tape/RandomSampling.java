package opml.llm.tape;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/// Ways to choose tokens, of chance: each sampler is there or not.
public final class RandomSampling {
  private RandomSampling() {}

  public static Sampling of(Random random) {
    return new Sampling(
        random.nextLong(),
        random.nextInt(4) == 0 ? 0 : random.nextFloat() * 2,
        random.nextInt(2) * random.nextInt(100),
        random.nextBoolean() ? 1 : random.nextFloat(),
        random.nextInt(2) * random.nextFloat() / 2,
        random.nextBoolean() ? 1 : 0.01f + 0.99f * random.nextFloat(),
        random.nextInt(70) - 1,
        random.nextBoolean() ? 1 : 0.5f + random.nextFloat(),
        random.nextInt(2) * (random.nextFloat() - 0.5f),
        random.nextInt(2) * (random.nextFloat() - 0.5f));
  }

  /// {@return one with biases of up to two tokens}
  public static Sampling biased(Random random, int vocabulary) {
    Map<Integer, Float> biases = new HashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      biases.put(random.nextInt(vocabulary), random.nextFloat() * 20 - 10);
    }
    return of(random).withBiases(biases);
  }
}

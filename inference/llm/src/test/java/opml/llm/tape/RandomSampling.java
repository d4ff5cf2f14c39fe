package opml.llm.tape;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Ways to choose tokens, of chance: each sampler is there or not.
public final class RandomSampling {
  private static final List<String> BREAKERS = List.of("\n", "a", "bc", "e", "ab a");

  private RandomSampling() {}

  /// {@return one that a header says}
  public static Sampling of(Random random) {
    return Sampling.builder()
        .seed(random.nextLong())
        .temperature(random.nextInt(4) == 0 ? 0 : random.nextFloat() * 2)
        .topK(random.nextInt(2) * random.nextInt(100))
        .topP(random.nextBoolean() ? 1 : random.nextFloat())
        .minP(random.nextInt(2) * random.nextFloat() / 2)
        .typical(random.nextBoolean() ? 1 : 0.01f + 0.99f * random.nextFloat())
        .repeatLastN(random.nextInt(70) - 1)
        .repeatPenalty(random.nextBoolean() ? 1 : 0.5f + random.nextFloat())
        .frequencyPenalty(random.nextInt(2) * (random.nextFloat() - 0.5f))
        .presencePenalty(random.nextInt(2) * (random.nextFloat() - 0.5f))
        .build();
  }

  /// {@return one of at most 14 integers behind the prompt}: with biases of up to two tokens, and what is taken off
  /// repeated sequences, half of the time
  public static Sampling whole(Random random, int vocabulary) {
    Map<Integer, Float> biases = new HashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      biases.put(random.nextInt(vocabulary), random.nextFloat() * 20 - 10);
    }
    return of(random)
        .withBiases(biases)
        .withDry(random.nextBoolean() ? dry(random) : DrySampling.NONE);
  }

  /// {@return what is taken off repeated sequences}, at most 10 integers
  public static DrySampling dry(Random random) {
    return DrySampling.of(
        random.nextFloat() * 4,
        1 + random.nextFloat(),
        random.nextInt(4),
        random.nextBoolean() ? -1 : random.nextInt(40),
        BREAKERS.subList(0, random.nextInt(4)).stream().skip(random.nextInt(2)).toList());
  }
}

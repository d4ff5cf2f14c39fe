package opml.llm.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogProbabilitiesTest {
  private final long seed = new Random().nextLong();

  private static MemorySegment logits(float... values) {
    return MemorySegment.ofArray(values);
  }

  @Test
  void theyAreTheLogarithmOfTheSoftmax() {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      float[] values = new float[1 + random.nextInt(500)];
      for (int i = 0; i < values.length; i++) {
        // Of few values, so that some are equal.
        values[i] = Math.round(random.nextGaussian() * 20) / 2f;
      }
      LogProbabilities found = LogProbabilities.of(logits(values));
      double most = IntStream.range(0, values.length).mapToDouble(i -> values[i]).max().orElse(0);
      double sum =
          IntStream.range(0, values.length)
              .mapToDouble(i -> StrictMath.exp(values[i] - most))
              .sum();
      for (int i = 0; i < values.length; i++) {
        assertThat((double) found.of(i))
            .as("seed %d", seed)
            .isCloseTo(values[i] - most - StrictMath.log(sum), within(1e-4));
      }
      int count = random.nextInt(25);
      Integer[] sorted = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
      Arrays.sort(sorted, Comparator.comparingDouble((Integer i) -> -values[i]));
      assertThat(found.greatest(count))
          .as("seed %d", seed)
          .containsExactly(
              Arrays.stream(sorted).limit(count).mapToInt(Integer::intValue).toArray());
    }
  }

  @Test
  void whatCannotBeIsANumberThatJsonHas() {
    LogProbabilities found =
        LogProbabilities.of(logits(Float.NEGATIVE_INFINITY, 3, -Float.MAX_VALUE));
    assertThat(found.of(0)).isEqualTo(-9999);
    assertThat(found.of(1)).isZero();
    assertThat(found.of(2)).isEqualTo(-9999);
    assertThat(found.greatest(3)).containsExactly(1, 2, 0);
  }
}

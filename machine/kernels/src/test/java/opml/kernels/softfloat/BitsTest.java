package opml.kernels.softfloat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BitsTest {
  @Test
  void countsAndRotatesAsJavaDoes() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      long value = random.nextLong() >>> random.nextInt(64);
      value = i == 0 ? 0 : i == 1 ? -1 : i < 66 ? 1L << i : value << random.nextInt(64);
      int low = (int) value;
      int distance = random.nextInt();
      long[] expected = {
        Long.numberOfLeadingZeros(value),
        Long.numberOfTrailingZeros(value),
        Long.bitCount(value),
        Long.rotateLeft(value, distance),
        Long.rotateRight(value, distance),
        Integer.numberOfLeadingZeros(low),
        Integer.numberOfTrailingZeros(low),
        Integer.bitCount(low),
        Integer.rotateLeft(low, distance),
        Integer.rotateRight(low, distance)
      };
      long[] actual = {
        Bits.numberOfLeadingZeros(value),
        Bits.numberOfTrailingZeros(value),
        Bits.bitCount(value),
        Bits.rotateLeft(value, distance),
        Bits.rotateRight(value, distance),
        Bits.numberOfLeadingZeros(low),
        Bits.numberOfTrailingZeros(low),
        Bits.bitCount(low),
        Bits.rotateLeft(low, distance),
        Bits.rotateRight(low, distance)
      };
      assertThat(actual).as("%x by %d, seed %d", value, distance, seed).isEqualTo(expected);
    }
  }
}

package opml.kernels.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import opml.kernels.operators.Tensors;
import org.junit.jupiter.api.Test;

class EightsTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private static byte[] bytes(IntSupplier next) {
    byte[] bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) next.getAsInt();
    }
    return bytes;
  }

  private static long eight(byte[] bytes) {
    return IntStream.range(0, 8).mapToLong(i -> (bytes[i] & 255L) << 8 * i).sum();
  }

  private int atAnEnd(int least, int most) {
    return switch (random.nextInt(3)) {
      case 0 -> least;
      case 1 -> most;
      default -> random.nextInt(least, most + 1);
    };
  }

  @Test
  void aDotIsTheSumOfTheProductsForIntegersUpTo63() {
    for (int zero : new int[] {0, 4, 8, 16, 32, 128}) {
      for (int trial = 0; trial < 20_000; trial++) {
        byte[] codes = bytes(() -> atAnEnd(Math.max(0, zero - 63), zero + 63));
        byte[] q = bytes(() -> atAnEnd(-128, 127));
        int expected = 0;
        for (int i = 0; i < 8; i++) {
          expected += ((codes[i] & 255) - zero) * q[i];
        }
        assertThat(Eights.dot(eight(codes), zero, Tensors.tensor(q), 0))
            .as("%s · %s, zero %d, seed %d", Arrays.toString(codes), Arrays.toString(q), zero, seed)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void bytesAreSummed() {
    for (int trial = 0; trial < 1000; trial++) {
      byte[] q = new byte[64];
      for (int i = 0; i < q.length; i++) {
        q[i] = (byte) atAnEnd(-128, 127);
      }
      MemorySegment segment = Tensors.tensor(q);
      for (int count : new int[] {16, 32, 64}) {
        int expected = IntStream.range(64 - count, 64).map(i -> q[i]).sum();
        assertThat(Eights.sum(segment, 64 - count, count)).as("seed %d", seed).isEqualTo(expected);
      }
    }
  }

  @Test
  void integersAreNegatedWhereABitIsSet() {
    for (int bits = 0; bits < 256; bits++) {
      byte[] magnitudes = bytes(() -> atAnEnd(1, 127));
      byte[] expected = magnitudes.clone();
      for (int i = 0; i < 8; i++) {
        if ((bits >> i & 1) != 0) {
          expected[i] = (byte) -expected[i];
        }
      }
      assertThat(Eights.signed(eight(magnitudes), bits))
          .as("%s, seed %d", Arrays.toString(magnitudes), seed)
          .isEqualTo(Eights.ofSigned(eight(expected)));
    }
  }
}

package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IntegerProductsTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void productsAreExactModuloTheirRange() {
    int m = 3;
    int n = 4;
    int k = 5;
    long[] a = LongTensors.random(random, 2 * m * k, Long.MIN_VALUE, Long.MAX_VALUE);
    long[] b = LongTensors.random(random, k * n, Long.MIN_VALUE, Long.MAX_VALUE); // (n, k)
    MemorySegment y = memory(8L * 2 * m * n);
    run(
        "matmul.i64",
        segments(LongTensors.tensor(a), LongTensors.tensor(b), y),
        2,
        m,
        n,
        k,
        (long) m * k,
        k,
        1,
        0,
        1,
        k);
    long[] expected = new long[2 * m * n];
    for (int i = 0; i < 2 * m; i++) {
      for (int j = 0; j < n; j++) {
        BigInteger sum = BigInteger.ZERO;
        for (int l = 0; l < k; l++) {
          BigInteger left = BigInteger.valueOf(a[i * k + l]);
          sum = sum.add(left.multiply(BigInteger.valueOf(b[j * k + l])));
        }
        expected[i * n + j] = sum.longValue();
      }
    }
    assertThat(LongTensors.values(y)).as("seed %d", seed).isEqualTo(expected);
  }
}

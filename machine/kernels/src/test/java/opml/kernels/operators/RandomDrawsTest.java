package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

class RandomDrawsTest {
  private static final int SEED = 7;
  private static final int HIGH = -9;

  private static float share(int i) {
    return (Philox.of(i, 0, 0, 0, SEED, HIGH).a() >>> 8) / (float) (1 << 24);
  }

  @Test
  void uniformNumbersFillTheirRange() {
    int n = 10_000;
    MemorySegment y = memory(4L * n);
    long low = Float.floatToRawIntBits(-2f);
    long high = Float.floatToRawIntBits(3f);
    run("random.uniform.f32", segments(y), n, low, high, SEED, HIGH);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      float value = Mem.f32(y, 4L * i);
      assertThat(value).isEqualTo(F32.fma(share(i), 5f, -2f)).isBetween(-2f, 3f);
      sum += value;
    }
    // ten standard deviations of the mean
    assertThat(sum / n).isBetween(0.5 - 50 / Math.sqrt(12.0 * n), 0.5 + 50 / Math.sqrt(12.0 * n));
  }

  @Test
  void bernoulliComparesWithTheSameNumbers() {
    float[] x = {0f, 1f, Float.NaN, share(3), Math.nextUp(share(4)), 2f, -1f};
    MemorySegment y = memory(x.length);
    run("bernoulli.f32", segments(tensor(x), y), x.length, SEED, HIGH);
    assertThat(y.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 1, 0, 0, 1, 1, 0);
  }

  @Test
  void multinomialDrawsByMasses() {
    float[] x = {-1f, Float.NEGATIVE_INFINITY, 2f, Float.NaN, 1.5f};
    int draws = 200;
    MemorySegment y = memory(8L * draws);
    run("multinomial.f32", segments(tensor(x), y), 1, x.length, draws, SEED, HIGH);
    long[] masses = new long[x.length];
    long all = 0;
    for (int i = 0; i < x.length; i++) {
      masses[i] = Float.isNaN(x[i]) ? 0 : (long) (Functions.exp(x[i] - 2f) * 0x1p40f);
      all += masses[i];
    }
    BigInteger range = BigInteger.TWO.pow(64);
    for (int draw = 0; draw < draws; draw++) {
      long bits = Philox.of(draw, 0, 0, 0, SEED, HIGH).first();
      long left =
          new BigInteger(Long.toUnsignedString(bits))
              .multiply(BigInteger.valueOf(all))
              .divide(range)
              .longValue();
      int expected = 0;
      while (left >= masses[expected]) {
        left -= masses[expected];
        expected++;
      }
      assertThat(Mem.i64(y, 8L * draw)).as("draw %d", draw).isEqualTo(expected);
    }
  }

  @Test
  void multinomialOfNothingDrawsTheFirst() {
    float nothing = Float.NEGATIVE_INFINITY;
    assertThat(drawn(Float.NaN, nothing)).isZero();
    assertThat(drawn(1f, Float.POSITIVE_INFINITY)).isEqualTo(1);
  }

  private static long drawn(float... x) {
    MemorySegment y = memory(8);
    run("multinomial.f32", segments(tensor(x), y), 1, x.length, 1, SEED, HIGH);
    return Mem.i64(y, 0);
  }

  @Test
  void normalNumbersHaveTheirMeanAndDeviation() {
    int n = 10_000;
    MemorySegment y = memory(4L * n);
    long mean = Float.floatToRawIntBits(3f);
    long scale = Float.floatToRawIntBits(2f);
    run("random.normal.f32", segments(y), n, mean, scale, SEED, HIGH);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double value = Mem.f32(y, 4L * i) - 3.0;
      sum += value;
      squares += value * value;
    }
    // six standard deviations of the mean and of the variance
    assertThat(sum / n).isBetween(-12 / Math.sqrt(n), 12 / Math.sqrt(n));
    double spread = 24 * Math.sqrt(2.0 / n);
    assertThat(squares / n).isBetween(4 - spread, 4 + spread);
  }

  @Test
  void normalNumbersAreThoseOfBoxAndMuller() {
    MemorySegment y = memory(40);
    long one = Float.floatToRawIntBits(1f);
    run("random.normal.f32", segments(y), 10, 0, one, SEED, HIGH);
    for (int i = 0; i < 10; i++) {
      double angle = (Philox.of(i, 0, 0, 0, SEED, HIGH).b() >>> 8) * 0x1p-24 * 2 * Math.PI;
      double exact = Math.sqrt(-2 * Math.log1p(-share(i))) * Math.cos(angle);
      assertThat((double) Mem.f32(y, 4L * i)).isBetween(exact - 1e-5, exact + 1e-5);
    }
  }
}

package opml.kernels.softfloat;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/// Against the processor's doubles, on numbers of every kind and on results near ties.
class SoftDoubleTest {
  private static final int TRIALS = Integer.getInteger("opml.softfloat", 300_000);

  private static final long[] SPECIAL = {
    0,
    1,
    2,
    0x0008000000000000L,
    0x000fffffffffffffL,
    0x0010000000000000L,
    0x001fffffffffffffL,
    0x0020000000000000L,
    0x3690000000000000L,
    0x36a0000000000000L,
    0x380fffffe0000000L,
    0x3810000000000000L,
    0x3fdfffffffffffffL,
    0x3fe0000000000000L,
    0x3fefffffffffffffL,
    0x3ff0000000000000L,
    0x3ff0000000000001L,
    0x3ff8000000000000L,
    0x4004000000000000L,
    0x4320000000000000L,
    0x432fffffffffffffL,
    0x4330000000000000L,
    0x433fffffffffffffL,
    0x43dfffffffffffffL,
    0x43e0000000000000L,
    0x43efffffffffffffL,
    0x43f0000000000000L,
    0x47efffffe0000000L,
    0x47efffffefffffffL,
    0x47effffff0000000L,
    0x7fe0000000000000L,
    0x7fefffffffffffffL,
    0x7ff0000000000000L,
    0x7ff0000000000001L,
    0x7ff8000000000000L
  };

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void arithmeticIsThatOfTheProcessor() {
    same(SoftDouble::add, (a, b) -> a + b);
    same(SoftDouble::sub, (a, b) -> a - b);
    same(SoftDouble::mul, (a, b) -> a * b);
    same(SoftDouble::div, (a, b) -> a / b);
    same(SoftDouble::remainder, (a, b) -> a % b);
    same(SoftDouble::min, Math::min);
    same(SoftDouble::max, Math::max);
  }

  @Test
  void roundingToIntegersAndRootsAreThoseOfTheProcessor() {
    same(SoftDouble::sqrt, Math::sqrt);
    same(SoftDouble::floor, Math::floor);
    same(SoftDouble::ceil, Math::ceil);
    same(SoftDouble::rne, Math::rint);
    same(SoftDouble::abs, Math::abs);
    same(SoftDouble::neg, a -> -a);
  }

  @Test
  void fusedProductsAreRoundedOnce() {
    for (int i = 0; i < TRIALS; i++) {
      long a = any();
      long b = any();
      long c = random.nextInt(3) == 0 ? any() : near(a, b);
      double expected =
          Math.fma(
              Double.longBitsToDouble(a), Double.longBitsToDouble(b), Double.longBitsToDouble(c));
      assertBits(SoftDouble.fma(a, b, c), expected, a, b, c);
    }
  }

  @Test
  void comparisonsAreJavas() {
    for (int i = 0; i < TRIALS; i++) {
      long a = any();
      long b = random.nextInt(4) == 0 ? a ^ (random.nextLong() & Long.MIN_VALUE) : any();
      double x = Double.longBitsToDouble(a);
      double y = Double.longBitsToDouble(b);
      int expected = x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
      assertThat(SoftDouble.compare(a, b)).as("%x, %x, seed %d", a, b, seed).isEqualTo(expected);
    }
  }

  @Test
  void conversionsAreJavas() {
    for (int i = 0; i < TRIALS; i++) {
      long a = any();
      double x = Double.longBitsToDouble(a);
      assertThat(SoftDouble.toLong(a)).as("%x, seed %d", a, seed).isEqualTo((long) x);
      assertThat(SoftDouble.toFloat(a))
          .as("%x, seed %d", a, seed)
          .isEqualTo(Float.floatToIntBits((float) x));
      long whole = random.nextLong() >> random.nextInt(64);
      assertBits(SoftDouble.fromLong(whole), (double) whole, whole);
      int f = Samples.any(random);
      assertBits(SoftDouble.fromFloat(f), Float.intBitsToFloat(f), f);
    }
  }

  @Test
  void numbersWithoutASignAreConvertedToo() {
    for (int i = 0; i < TRIALS / 10; i++) {
      long whole = random.nextLong() >>> random.nextInt(64);
      BigDecimal exact = new BigDecimal(Long.toUnsignedString(whole));
      assertBits(SoftDouble.fromUnsigned(whole), exact.doubleValue(), whole);
      long odd = SoftDouble.toOdd(whole, true);
      assertThat(SoftDouble.toFloat(odd))
          .as("%x, seed %d", whole, seed)
          .isEqualTo(Float.floatToIntBits(exact.floatValue()));
      long a = any();
      double x = Double.longBitsToDouble(a);
      long expected =
          !(x >= 1) ? 0 : x >= 0x1p64 ? -1 : new BigDecimal(x).toBigInteger().longValue();
      assertThat(SoftDouble.toUnsigned(a)).as("%x, seed %d", a, seed).isEqualTo(expected);
    }
  }

  @Test
  void aNumberCutToOddIsRoundedAsTheInteger() {
    for (int i = 0; i < TRIALS; i++) {
      long whole = random.nextLong() >> random.nextInt(64);
      // near the middle between two floats
      long tie = whole & -1L << 39 | 1L << 38;
      for (long value : new long[] {whole, tie, tie + 1, tie - 1}) {
        assertThat(SoftDouble.toFloat(SoftDouble.toOdd(value, false)))
            .as("%d, seed %d", value, seed)
            .isEqualTo(Float.floatToIntBits((float) value));
      }
    }
  }

  private void same(LongBinaryOperator ours, DoubleBinaryOperator processors) {
    for (int i = 0; i < TRIALS; i++) {
      long a = any();
      long b = random.nextInt(4) == 0 ? a + random.nextInt(-3, 4) : any();
      if (random.nextInt(4) == 0) {
        b ^= Long.MIN_VALUE;
      }
      double expected =
          processors.applyAsDouble(Double.longBitsToDouble(a), Double.longBitsToDouble(b));
      assertBits(ours.applyAsLong(a, b), expected, a, b);
    }
  }

  private void same(LongUnaryOperator ours, DoubleUnaryOperator processors) {
    for (int i = 0; i < TRIALS; i++) {
      long a = any();
      double expected = processors.applyAsDouble(Double.longBitsToDouble(a));
      assertBits(ours.applyAsLong(a), expected, a);
    }
  }

  private void assertBits(long actual, double expected, long... operands) {
    if (actual != Double.doubleToLongBits(expected)) {
      assertThat(Long.toHexString(actual))
          .as("of %s, seed %d", Arrays.stream(operands).mapToObj(Long::toHexString).toList(), seed)
          .isEqualTo(Long.toHexString(Double.doubleToLongBits(expected)));
    }
  }

  /// Anything at all, near a special number, of few significant bits, or of moderate size.
  private long any() {
    long bits = random.nextLong();
    return switch (random.nextInt(6)) {
      case 0 -> bits;
      case 1 ->
          SPECIAL[random.nextInt(SPECIAL.length)] + random.nextInt(-2, 3) | bits & Long.MIN_VALUE;
      case 2 -> bits & -1L << random.nextInt(53);
      case 3 -> bits & 0x800fffffffffffffL | (long) random.nextInt(960, 1090) << 52;
      case 4 -> bits & 0x801fffffffffffffL;
      default -> bits & 0x800fffffffffffffL | (long) random.nextInt(1018, 1028) << 52;
    };
  }

  /// An addend that nearly cancels, or nearly ties with, a·b.
  private long near(long a, long b) {
    double product = Double.longBitsToDouble(a) * Double.longBitsToDouble(b);
    long bits = Double.doubleToRawLongBits(product) ^ (random.nextBoolean() ? Long.MIN_VALUE : 0);
    return bits
        + random.nextInt(-3, 4)
        + ((long) random.nextInt(-60, 61) << (random.nextInt(3) == 0 ? 52 : 0));
  }
}

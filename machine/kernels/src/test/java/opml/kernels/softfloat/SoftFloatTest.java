package opml.kernels.softfloat;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Soft-float against this JVM's floats, which IEEE 754 and Java define to the bit except for NaN.
class SoftFloatTest {
  private static final int RANDOM = Integer.getInteger("opml.samples", 4_000_000);

  private interface Unary {
    int of(int a);
  }

  private interface Binary {
    int of(int a, int b);
  }

  private interface Ternary {
    int of(int a, int b, int c);
  }

  @Test
  void addsLikeHardware() {
    compare("add", SoftFloat::add, (a, b) -> bits(intBitsToFloat(a) + intBitsToFloat(b)));
  }

  @Test
  void subtractsLikeHardware() {
    compare("sub", SoftFloat::sub, (a, b) -> bits(intBitsToFloat(a) - intBitsToFloat(b)));
  }

  @Test
  void multipliesLikeHardware() {
    compare("mul", SoftFloat::mul, (a, b) -> bits(intBitsToFloat(a) * intBitsToFloat(b)));
  }

  @Test
  void dividesLikeHardware() {
    compare("div", SoftFloat::div, (a, b) -> bits(intBitsToFloat(a) / intBitsToFloat(b)));
  }

  @Test
  void fusesLikeHardware() {
    Ternary hardware =
        (a, b, c) -> bits(Math.fma(intBitsToFloat(a), intBitsToFloat(b), intBitsToFloat(c)));
    for (int a : Samples.SPECIAL) {
      for (int b : Samples.SPECIAL) {
        for (int c : Samples.SPECIAL) {
          int soft = SoftFloat.fma(a, b, c);
          int hard = hardware.of(a, b, c);
          if (soft != hard) {
            throw difference("fma", soft, hard, 0, a, b, c);
          }
        }
      }
    }
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2 * RANDOM; i++) {
      int a = Samples.any(random);
      int b = Samples.any(random);
      int c = (i & 1) == 0 ? Samples.any(random) : Samples.near(a, b, random);
      int soft = SoftFloat.fma(a, b, c);
      int hard = hardware.of(a, b, c);
      if (soft != hard) {
        throw difference("fma", soft, hard, seed, a, b, c);
      }
    }
  }

  @Test
  void fusesLikeHardwareWhereTheLastBitOfTheProductDecides() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200_000; i++) {
      int[] t = Samples.nearTie(random);
      float exact = Math.fma(intBitsToFloat(t[0]), intBitsToFloat(t[1]), intBitsToFloat(t[2]));
      int soft = SoftFloat.fma(t[0], t[1], t[2]);
      if (soft != bits(exact)) {
        throw difference("fma", soft, bits(exact), seed, t);
      }
    }
  }

  @Test
  void takesRootsLikeHardware() {
    compare("sqrt", SoftFloat::sqrt, a -> bits((float) Math.sqrt(intBitsToFloat(a))));
  }

  @Test
  void roundsToIntegersLikeHardware() {
    compare("floor", SoftFloat::floor, a -> bits((float) Math.floor(intBitsToFloat(a))));
    compare("ceil", SoftFloat::ceil, a -> bits((float) Math.ceil(intBitsToFloat(a))));
    compare("rne", SoftFloat::rne, a -> bits((float) Math.rint(intBitsToFloat(a))));
  }

  @Test
  void takesMinimaAndMaximaAsJavaDoes() {
    compare("min", SoftFloat::min, (a, b) -> bits(Math.min(intBitsToFloat(a), intBitsToFloat(b))));
    compare("max", SoftFloat::max, (a, b) -> bits(Math.max(intBitsToFloat(a), intBitsToFloat(b))));
  }

  @Test
  void comparesAsJavaDoes() {
    Binary cmpl =
        (a, b) -> {
          float x = intBitsToFloat(a);
          float y = intBitsToFloat(b);
          return x > y ? 1 : x == y ? 0 : -1;
        };
    Binary cmpg =
        (a, b) -> {
          float x = intBitsToFloat(a);
          float y = intBitsToFloat(b);
          return x < y ? -1 : x == y ? 0 : 1;
        };
    compare("cmpl", SoftFloat::cmpl, cmpl);
    compare("cmpg", SoftFloat::cmpg, cmpg);
  }

  @Test
  void castsAsJavaDoes() {
    compare("toInt", SoftFloat::toInt, a -> (int) intBitsToFloat(a));
    compare("toLong", a -> fold(SoftFloat.toLong(a)), a -> fold((long) intBitsToFloat(a)));
    compare("fromInt", SoftFloat::fromInt, a -> bits((float) a));
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < RANDOM; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      value = i < 64 ? 1L << i : i < 128 ? (1L << i) - 1 : i < 192 ? -1L << i : value;
      assertThat(SoftFloat.fromLong(value))
          .as("fromLong %d, seed %d", value, seed)
          .isEqualTo(bits((float) value));
    }
  }

  @Test
  void widensEveryHalf() {
    for (int half = Short.MIN_VALUE; half <= Short.MAX_VALUE; half++) {
      int expected = bits(Float.float16ToFloat((short) half));
      check("fromHalf", SoftFloat.fromHalf(half), expected, 0, half, 0);
    }
  }

  @Test
  void narrowsToHalves() {
    compare(
        "toHalf",
        SoftFloat::toHalf,
        a -> {
          float value = intBitsToFloat(a);
          return Float.isNaN(value) ? 0x7e00 : Float.floatToFloat16(value);
        });
    for (int half = Short.MIN_VALUE; half <= Short.MAX_VALUE; half++) {
      int middle = bits(Float.float16ToFloat((short) half)) + 0x1000;
      if (!Float.isNaN(intBitsToFloat(middle))) {
        for (int a = middle - 1; a <= middle + 1; a++) {
          check("toHalf", SoftFloat.toHalf(a), Float.floatToFloat16(intBitsToFloat(a)), 0, a, 0);
        }
      }
    }
  }

  private static void compare(String name, Unary soft, Unary hard) {
    for (int a : Samples.SPECIAL) {
      check(name, soft.of(a), hard.of(a), 0, a, 0);
    }
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < RANDOM; i++) {
      int a = Samples.any(random);
      check(name, soft.of(a), hard.of(a), seed, a, 0);
    }
  }

  private static void compare(String name, Binary soft, Binary hard) {
    for (int a : Samples.SPECIAL) {
      for (int b : Samples.SPECIAL) {
        check(name, soft.of(a, b), hard.of(a, b), 0, a, b);
      }
    }
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < RANDOM; i++) {
      int a = Samples.any(random);
      int b = (i & 7) == 0 ? Samples.near(a, 0x3f800000, random) : Samples.any(random);
      check(name, soft.of(a, b), hard.of(a, b), seed, a, b);
    }
  }

  private static void check(String name, int actual, int expected, long seed, int a, int b) {
    if (actual != expected) {
      throw difference(name, actual, expected, seed, a, b);
    }
  }

  private static AssertionError difference(
      String name, int actual, int expected, long seed, int... operands) {
    StringBuilder message = new StringBuilder(name);
    for (int operand : operands) {
      message.append(String.format(" %08x", operand));
    }
    return new AssertionError(
        String.format("%s: %08x, expected %08x; seed %d", message, actual, expected, seed));
  }

  /// {@return the bits of a float, canonical for NaN}
  private static int bits(float value) {
    return Float.isNaN(value) ? 0x7fc00000 : floatToRawIntBits(value);
  }

  private static int fold(long value) {
    return (int) (value ^ (value >>> 32) * 31);
  }
}

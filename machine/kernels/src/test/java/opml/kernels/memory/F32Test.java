package opml.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import opml.kernels.softfloat.Samples;
import org.junit.jupiter.api.Test;

class F32Test {
  @Test
  void fmaInDoubleIsMathFmaOnCraftedTriples() {
    for (int a : Samples.SPECIAL) {
      for (int b : Samples.SPECIAL) {
        for (int c : Samples.SPECIAL) {
          check(a, b, c, 0);
        }
      }
    }
  }

  @Test
  void fmaInDoubleIsMathFmaOnRandomTriples() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 3_000_000; i++) {
      int a = random.nextInt();
      int b = i % 3 == 0 ? random.nextInt() : (random.nextInt() & 0x807fffff) | 0x3f800000;
      float product = Float.intBitsToFloat(a) * Float.intBitsToFloat(b);
      // near the negated product, or one to some 30 binary places away, where ties and double
      // rounding live
      int c = Float.floatToRawIntBits(-product) + random.nextInt(-2, 3);
      c = i % 2 == 0 ? c : (c ^ random.nextInt() & 0x807fffff) + (random.nextInt(-30, 31) << 23);
      check(a, b, c, seed);
      if (i % 8 == 0) {
        check(a & (-1 << random.nextInt(24)), b & 0xfffff000, c & (-1 << random.nextInt(24)), seed);
      }
    }
  }

  @Test
  void fmaInDoubleIsMathFmaWhereTheLastBitOfTheProductDecides() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200_000; i++) {
      int[] t = Samples.nearTie(random);
      check(t[0], t[1], t[2], seed);
    }
  }

  @Test
  void fmaIsFused() {
    float a = 1 + 0x1p-12f;
    assertThat(F32.fma(a, a, -1f)).isEqualTo(0x1p-11f + 0x1p-24f);
    assertThat(F32.fmaInDouble(a, a, -1f)).isEqualTo(0x1p-11f + 0x1p-24f);
  }

  @Test
  void roundingsKeepTheSignOfZero() {
    assertThat(F32.rne(-0.5f)).isEqualTo(-0f);
    assertThat(F32.rne(2.5f)).isEqualTo(2f);
    assertThat(F32.floor(-0.5f)).isEqualTo(-1f);
    assertThat(F32.ceil(-0.5f)).isEqualTo(-0f);
  }

  private static void check(int a, int b, int c, long seed) {
    float x = Float.intBitsToFloat(a);
    float y = Float.intBitsToFloat(b);
    float z = Float.intBitsToFloat(c);
    float expected = Math.fma(x, y, z);
    float actual = F32.fmaInDouble(x, y, z);
    if (Float.floatToIntBits(actual) != Float.floatToIntBits(expected)) {
      throw new AssertionError(
          "fma(%a, %a, %a) is %a, not %a; seed %d".formatted(x, y, z, expected, actual, seed));
    }
  }
}

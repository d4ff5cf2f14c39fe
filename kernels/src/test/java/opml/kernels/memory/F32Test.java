package opml.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class F32Test {
  private static final int[] CRAFTED = {
    0,
    1,
    2,
    0x3fffff,
    0x400000,
    0x7fffff,
    0x800000,
    0x800001,
    0x1f800000,
    0x33800000,
    0x3f000000,
    0x3f7fffff,
    0x3f800000,
    0x3f800001,
    0x3fffffff,
    0x4b7fffff,
    0x4b800000,
    0x5f800000,
    0x7e7fffff,
    0x7effffff,
    0x7f7fffff,
    0x7f800000,
    0x7f800001,
    0x7fc00000,
    0x7fffffff
  };

  @Test
  void fmaInDoubleIsMathFmaOnCraftedTriples() {
    for (int a : CRAFTED) {
      for (int b : CRAFTED) {
        for (int c : CRAFTED) {
          for (int signs = 0; signs < 4; signs++) {
            int left = a | (signs << 31);
            int addend = c | (signs >> 1 << 31);
            check(left, b, addend, 0);
            check(left, b, addend + 1, 0);
          }
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

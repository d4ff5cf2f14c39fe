package opml.kernels.operators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FunctionsTest {
  /// Every so many floats are tried; 1 takes minutes, and is what `spec/numerics.md` states the error of.
  private static final int STRIDE = Integer.getInteger("opml.stride", 257);

  @Test
  void expIsWithinOneUlp() {
    double worst = 0;
    float worstAt = 0;
    for (int sign = 0; sign < 2; sign++) {
      int end = Float.floatToIntBits(sign == 0 ? 90f : 106f);
      for (int bits = 0; bits < end; bits += STRIDE) {
        float x = Float.intBitsToFloat(bits | (sign << 31));
        double error = errorInUlp(x);
        if (error > worst) {
          worst = error;
          worstAt = x;
        }
      }
    }
    System.out.printf("exp: %.4f ulp at %a%n", worst, worstAt);
    assertThat(worst).as("worst at %a", worstAt).isLessThanOrEqualTo(1.0);
  }

  @Test
  void expHasItsSpecialValues() {
    assertThat(Functions.exp(0f)).isEqualTo(1f);
    assertThat(Functions.exp(-0f)).isEqualTo(1f);
    assertThat(Functions.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Functions.exp(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
    assertThat(Functions.exp(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Functions.exp(Float.NaN)).isNaN();
    // the last that is finite, the last that is not 0
    assertThat(Functions.exp(0x1.62e42ep6f)).isFinite();
    assertThat(Functions.exp(0x1.62e43p6f)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Functions.exp(-0x1.9fe368p6f)).isEqualTo(Float.MIN_VALUE);
    assertThat(Functions.exp(-0x1.9fe36ap6f)).isEqualTo(0f);
  }

  /// Against StrictMath's double, which is within 2^-29 of such an ulp.
  private static double errorInUlp(float x) {
    double exact = StrictMath.exp(x);
    float result = Functions.exp(x);
    float rounded = (float) exact;
    if (Float.isInfinite(rounded) || Float.isInfinite(result)) {
      return rounded == result ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(result - exact) / Math.ulp(rounded);
  }
}

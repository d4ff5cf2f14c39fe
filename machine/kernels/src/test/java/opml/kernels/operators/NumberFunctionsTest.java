package opml.kernels.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every function against doubles, in units of the result's last place: at most what is asked of it, and what
/// `spec/numerics.md` says, measured with -Dopml.stride=1.
class NumberFunctionsTest {
  private static final int STRIDE = Integer.getInteger("opml.stride", 4099);
  private static final int PAIRS = 400_000_000 / STRIDE;

  @FunctionalInterface
  interface Function {
    float of(float x);
  }

  record Known(String name, Function ours, DoubleUnaryOperator exact, double ulps) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Known> functions() {
    return Stream.of(
        new Known("log", Functions::log, StrictMath::log, 1),
        new Known("log1p", Functions::log1p, StrictMath::log1p, 2),
        new Known("expm1", Functions::expm1, StrictMath::expm1, 4),
        new Known("erf", Functions::erf, NumberFunctionsTest::erf, 2),
        new Known("tanh", Hyperbolics::tanh, StrictMath::tanh, 2),
        new Known("sigmoid", Hyperbolics::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), 2),
        new Known("sin", Trigonometry::sin, StrictMath::sin, 1.5),
        new Known("cos", Trigonometry::cos, StrictMath::cos, 1.5),
        new Known("tan", Trigonometry::tan, StrictMath::tan, 4),
        new Known("asin", Trigonometry::asin, StrictMath::asin, 4),
        new Known("acos", Trigonometry::acos, StrictMath::acos, 4),
        new Known("atan", Trigonometry::atan, StrictMath::atan, 4),
        new Known("sinh", Hyperbolics::sinh, StrictMath::sinh, 4),
        new Known("cosh", Hyperbolics::cosh, StrictMath::cosh, 4),
        new Known("asinh", Hyperbolics::asinh, NumberFunctionsTest::asinh, 4),
        new Known("acosh", Hyperbolics::acosh, NumberFunctionsTest::acosh, 4),
        new Known("atanh", Hyperbolics::atanh, x -> 0.5 * StrictMath.log1p(2 * x / (1 - x)), 4));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void functionsAreAsExactAsAsked(Known function) {
    double worst = 0;
    float worstAt = 0;
    for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
      float x = Float.intBitsToFloat((int) bits);
      double error = errorInUlp(function.ours.of(x), function.exact.applyAsDouble(x));
      if (error > worst) {
        worst = error;
        worstAt = x;
      }
    }
    System.out.printf("%s: %.4f ulp at %a%n", function, worst, worstAt);
    assertThat(worst).as("%s, worst at %a", function, worstAt).isLessThanOrEqualTo(function.ulps);
  }

  @Test
  void powersAreAsExactAsAsked() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    double worst = 0;
    String worstAt = "";
    for (int i = 0; i < PAIRS; i++) {
      float x = base(random);
      float y = exponent(x, random);
      double error = errorInUlp(Powers.pow(x, y), x == 1 ? 1 : StrictMath.pow(x, y));
      if (error > worst) {
        worst = error;
        worstAt = "%a to the power %a".formatted(x, y);
      }
    }
    System.out.printf("pow: %.4f ulp at %s%n", worst, worstAt);
    assertThat(worst).as("%s, seed %d", worstAt, seed).isLessThanOrEqualTo(2);
  }

  @Test
  void powersOfSpecialNumbersAreThoseOfJavaButForOnesAndNaN() {
    float inf = Float.POSITIVE_INFINITY;
    List<Float> special =
        List.of(
            0f,
            -0f,
            1f,
            -1f,
            2f,
            -2f,
            3f,
            -3f,
            0.5f,
            -0.5f,
            1.5f,
            0x1p24f,
            -0x1.000002p24f,
            0x1p-149f,
            -0x1p-149f,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            inf,
            -inf,
            Float.NaN);
    for (float x : special) {
      for (float y : special) {
        double expected = StrictMath.pow(x, y);
        if (x == 1 || (x == -1 && Float.isInfinite(y))) {
          expected = 1; // as in IEEE 754 and C; Java has NaN
        }
        float power = Powers.pow(x, y);
        assertThat(errorInUlp(power, expected)).as("%a to the power %a", x, y).isLessThan(1);
        if (power == 0 || Float.isInfinite(power)) {
          assertThat(power).as("%a to the power %a", x, y).isEqualTo((float) expected);
        }
      }
    }
  }

  @Test
  void powersThatAreIntegersAreExact() {
    for (int x = 2; x < 4096; x++) {
      long power = x;
      for (int y = 1; power < 1 << 24; y++) {
        assertThat(Powers.pow(x, y)).as("%d to the power %d", x, y).isEqualTo((float) power);
        power *= x;
      }
    }
  }

  @Test
  void functionsKeepTheSignOfZero() {
    assertAll(
        Stream.<Function>of(
                Functions::erf,
                Hyperbolics::tanh,
                Hyperbolics::sinh,
                Hyperbolics::asinh,
                Hyperbolics::atanh,
                Trigonometry::sin,
                Trigonometry::tan,
                Trigonometry::asin,
                Trigonometry::atan)
            .map(
                function ->
                    () -> {
                      assertThat(function.of(0f)).isEqualTo(0f);
                      assertThat(function.of(-0f)).isEqualTo(-0f);
                    }));
  }

  @Test
  void functionsHaveTheirSpecialValues() {
    float inf = Float.POSITIVE_INFINITY;
    assertThat(Functions.log(0f)).isEqualTo(-inf);
    assertThat(Functions.log(-0f)).isEqualTo(-inf);
    assertThat(Functions.log(-1f)).isNaN();
    assertThat(Functions.log(1f)).isEqualTo(0f);
    assertThat(Functions.log(inf)).isEqualTo(inf);
    assertThat(Functions.erf(inf)).isEqualTo(1f);
    assertThat(Functions.erf(-inf)).isEqualTo(-1f);
    assertThat(Hyperbolics.tanh(-inf)).isEqualTo(-1f);
    assertThat(Hyperbolics.sigmoid(-inf)).isEqualTo(0f);
    assertThat(Hyperbolics.sigmoid(inf)).isEqualTo(1f);
    assertThat(Hyperbolics.sinh(-inf)).isEqualTo(-inf);
    assertThat(Hyperbolics.cosh(-inf)).isEqualTo(inf);
    assertThat(Hyperbolics.asinh(-inf)).isEqualTo(-inf);
    assertThat(Hyperbolics.acosh(inf)).isEqualTo(inf);
    assertThat(Hyperbolics.acosh(1f)).isEqualTo(0f);
    assertThat(Hyperbolics.acosh(0.99f)).isNaN();
    assertThat(Hyperbolics.atanh(-1f)).isEqualTo(-inf);
    assertThat(Hyperbolics.atanh(1.5f)).isNaN();
    assertThat(Trigonometry.sin(inf)).isNaN();
    assertThat(Trigonometry.cos(0f)).isEqualTo(1f);
    assertThat(Trigonometry.acos(1f)).isEqualTo(0f);
    assertThat(Trigonometry.acos(1.01f)).isNaN();
    assertThat(Trigonometry.asin(-1.01f)).isNaN();
    assertThat(Trigonometry.atan(inf)).isEqualTo(0x1.921fb6p0f);
    for (Known function : functions().toList()) {
      assertThat(function.ours.of(Float.NaN)).as(function.name).isNaN();
    }
  }

  /// A positive number: any one, or one near 1.
  private static float base(SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> Float.intBitsToFloat(random.nextInt() & 0x7fffffff);
      case 1 -> (float) (1 + StrictMath.scalb(random.nextDouble(-1, 1), -random.nextInt(24)));
      default -> (float) random.nextDouble(0, 20);
    };
  }

  /// An exponent, mostly one of which the power is a number.
  private static float exponent(float x, SplittableRandom random) {
    return random.nextInt(8) == 0
        ? Float.intBitsToFloat(random.nextInt())
        : (float) (random.nextDouble(-105, 90) / StrictMath.log(x));
  }

  private static double errorInUlp(float result, double exact) {
    float rounded = (float) exact;
    if (Float.isNaN(rounded) || Float.isNaN(result)) {
      return Float.isNaN(rounded) && Float.isNaN(result) ? 0 : Double.POSITIVE_INFINITY;
    }
    if (Float.isInfinite(rounded) || Float.isInfinite(result)) {
      boolean near = Math.abs(exact) > 0x1.fffffdp127 && Math.abs(exact) < 0x1.000001p128;
      return rounded == result || near ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(result - exact) / Math.ulp(rounded);
  }

  private static double asinh(double x) {
    double size = Math.abs(x);
    double square = size * size;
    double y =
        size > 1e9
            ? StrictMath.log(size) + StrictMath.log(2)
            : StrictMath.log1p(size + square / (1 + StrictMath.sqrt(1 + square)));
    return x < 0 ? -y : y;
  }

  private static double acosh(double x) {
    if (!(x >= 1)) {
      return Double.NaN;
    }
    double t = x - 1;
    return x > 1e9
        ? StrictMath.log(x) + StrictMath.log(2)
        : StrictMath.log1p(t + StrictMath.sqrt(2 * t + t * t));
  }

  /// 2/√π · exp(-x²) · Σ 2^n · x^(2n+1) / (1·3·…·(2n+1)), whose terms are of one sign.
  private static double erf(double x) {
    if (Math.abs(x) > 5 || Double.isNaN(x)) {
      return Math.signum(x);
    }
    double term = x;
    double sum = 0;
    for (int n = 0; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 3);
    }
    return sum * StrictMath.exp(-x * x) * 2 / StrictMath.sqrt(Math.PI);
  }
}

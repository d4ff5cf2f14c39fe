package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// The kernels of one float against formulas in doubles: activations as ONNX writes them, and functions to see that
/// each kernel computes its own.
class ActivationsTest {
  private static final float A = 1.25f;
  private static final float B = 0.375f;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void activationsAreWhatOnnxSays() {
    is("softplus.f32", x -> StrictMath.log(1 + StrictMath.exp(x)));
    is("softsign.f32", x -> x / (1 + Math.abs(x)));
    is("mish.f32", x -> x * StrictMath.tanh(StrictMath.log(1 + StrictMath.exp(x))));
    is("gelu.f32", x -> 0.5 * x * (1 + erf(x / StrictMath.sqrt(2))));
    is(
        "gelu.tanh.f32",
        x ->
            0.5
                * x
                * (1
                    + StrictMath.tanh(
                        StrictMath.sqrt(2 / Math.PI) * (x + 0.044715 * StrictMath.pow(x, 3)))));
    is("swish.f32", x -> x / (1 + StrictMath.exp(-A * x)), A);
    is("elu.f32", x -> x < 0 ? A * StrictMath.expm1(x) : x, A);
    is("celu.f32", x -> Math.max(0, x) + Math.min(0, A * StrictMath.expm1(x / A)), A);
    is("selu.f32", x -> x > 0 ? B * x : B * A * StrictMath.expm1(x), A, B);
    is("leakyrelu.f32", x -> x < 0 ? A * x : x, A);
    is("thresholdedrelu.f32", x -> x > A ? x : 0, A);
    is("hardsigmoid.f32", x -> Math.max(0, Math.min(1, B * x + A)), B, A);
    is("hardswish.f32", x -> x * Math.max(0, Math.min(1, x / 6 + 0.5)));
    is("shrink.f32", x -> x < -A ? x + B : x > A ? x - B : 0, A, B);
  }

  @Test
  void everyFunctionHasItsKernel() {
    is("abs.f32", Math::abs);
    is("neg.f32", x -> -x);
    is("sign.f32", Math::signum);
    is("floor.f32", Math::floor);
    is("ceil.f32", Math::ceil);
    is("round.f32", Math::rint);
    is("sqrt.f32", Math::sqrt);
    is("reciprocal.f32", x -> 1 / x);
    is("exp.f32", StrictMath::exp);
    is("log.f32", StrictMath::log);
    is("erf.f32", ActivationsTest::erf);
    is("sin.f32", StrictMath::sin);
    is("cos.f32", StrictMath::cos);
    is("tan.f32", StrictMath::tan);
    is("asin.f32", StrictMath::asin);
    is("acos.f32", StrictMath::acos);
    is("atan.f32", StrictMath::atan);
    is("sinh.f32", StrictMath::sinh);
    is("cosh.f32", StrictMath::cosh);
    is("tanh.f32", StrictMath::tanh);
    is("asinh.f32", x -> StrictMath.log(x + StrictMath.sqrt(x * x + 1)));
    is("acosh.f32", x -> StrictMath.log(x + StrictMath.sqrt(x * x - 1)));
    is("atanh.f32", x -> 0.5 * StrictMath.log((1 + x) / (1 - x)));
    is("sigmoid.f32", x -> 1 / (1 + StrictMath.exp(-x)));
  }

  @Test
  void signsAndZerosAreExact() {
    MemorySegment y = memory(20);
    run("sign.f32", segments(tensor(0f, -0f, -3f, Float.MIN_VALUE, Float.NaN), y), 5);
    Tensors.assertBits(y, new float[] {0, 0, -1, 1, Float.NaN}, "signs");
    run("neg.f32", segments(tensor(0f, -0f, -3f, 2f, Float.NaN), y), 5);
    Tensors.assertBits(y, new float[] {-0f, 0, 3, -2, Float.NaN}, "opposites");
    run("round.f32", segments(tensor(0.5f, 1.5f, 2.5f, -0.5f, -2.5f), y), 5);
    Tensors.assertBits(y, new float[] {0, 2, 2, -0f, -2}, "roundings");
  }

  /// Within 1e-6 of the formula, or of its size.
  private void is(String kernel, DoubleUnaryOperator formula, float... parameters) {
    for (int n : new int[] {0, 1, 8, 500}) {
      float[] x = Tensors.random(random, n);
      MemorySegment y = memory(4L * n);
      long[] scalars = new long[1 + parameters.length];
      scalars[0] = n;
      for (int i = 0; i < parameters.length; i++) {
        scalars[1 + i] = Float.floatToIntBits(parameters[i]);
      }
      run(kernel, segments(tensor(x), y), scalars);
      for (int i = 0; i < n; i++) {
        double expected = formula.applyAsDouble(x[i]);
        double actual = y.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        if (Double.isNaN(expected)) {
          assertThat(actual).as("%s of %s, seed %d", kernel, x[i], seed).isNaN();
        } else {
          assertThat(Math.abs(actual - expected))
              .as("%s of %s, seed %d", kernel, x[i], seed)
              .isLessThanOrEqualTo(1e-6 * Math.max(1, Math.abs(expected)));
        }
      }
    }
  }

  /// The integral by Simpson's rule.
  private static double erf(double x) {
    int steps = 400;
    double h = x / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * StrictMath.exp(-(i * h) * (i * h));
    }
    return sum * h / 3 * 2 / StrictMath.sqrt(Math.PI);
  }
}

package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Activations: y has f(x) for each of n elements. Each operation is rounded as it stands here, from left to right;
/// where a product is added to, both are.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Activations {
  private static final float SQRT_HALF = 0x1.6a09e6p-1f;
  private static final float SQRT_TWO_OVER_PI = 0x1.988454p-1f;
  private static final float CUBIC = 0.044715f;
  private static final float SIXTH = 0x1.555556p-3f;

  private Activations() {}

  /// `max(x, 0) + log(1 + exp(-|x|))`, which is log(1 + exp(x)).
  public static void softplusF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, softplus(Mem.f32(x, at)));
    }
  }

  /// `x / (1 + |x|)`.
  public static void softsignF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, softsign(Mem.f32(x, at)));
    }
  }

  /// `x · tanh(softplus(x))`.
  public static void mishF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, mish(Mem.f32(x, at)));
    }
  }

  /// `(x / 2) · (1 + erf(x · √½))`.
  public static void geluF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, gelu(Mem.f32(x, at)));
    }
  }

  /// `(x / 2) · (1 + tanh(√(2/π) · (x + 0.044715·x·x·x)))`.
  public static void geluTanhF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, geluTanh(Mem.f32(x, at)));
    }
  }

  /// `x · sigmoid(alpha · x)`.
  public static void swishF32(MemorySegment x, MemorySegment y, int n, float alpha) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, swish(Mem.f32(x, at), alpha));
    }
  }

  /// x, or `alpha · (exp(x) - 1)` below 0.
  public static void eluF32(MemorySegment x, MemorySegment y, int n, float alpha) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, elu(Mem.f32(x, at), alpha));
    }
  }

  /// x, or `alpha · (exp(x / alpha) - 1)` below 0.
  public static void celuF32(MemorySegment x, MemorySegment y, int n, float alpha) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, celu(Mem.f32(x, at), alpha));
    }
  }

  /// `gamma · x`, or `gamma · (alpha · (exp(x) - 1))` up to 0.
  public static void seluF32(MemorySegment x, MemorySegment y, int n, float alpha, float gamma) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, selu(Mem.f32(x, at), alpha, gamma));
    }
  }

  /// x, or `alpha · x` below 0.
  public static void leakyreluF32(MemorySegment x, MemorySegment y, int n, float alpha) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, leakyrelu(Mem.f32(x, at), alpha));
    }
  }

  /// x above alpha, else +0, also of NaN.
  public static void thresholdedreluF32(MemorySegment x, MemorySegment y, int n, float alpha) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, thresholdedrelu(Mem.f32(x, at), alpha));
    }
  }

  /// `max(0, min(1, alpha·x + beta))`.
  public static void hardsigmoidF32(
      MemorySegment x, MemorySegment y, int n, float alpha, float beta) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, hardsigmoid(Mem.f32(x, at), alpha, beta));
    }
  }

  /// `x · max(0, min(1, x/6 + 1/2))`, x/6 being the product with the float nearest to 1/6.
  public static void hardswishF32(MemorySegment x, MemorySegment y, int n) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, hardswish(Mem.f32(x, at)));
    }
  }

  /// `x + bias` below -lambda, `x - bias` above lambda, else +0, also of NaN.
  public static void shrinkF32(MemorySegment x, MemorySegment y, int n, float lambda, float bias) {
    for (int at = 0; at < 4 * n; at += 4) {
      Mem.putF32(y, at, shrink(Mem.f32(x, at), lambda, bias));
    }
  }

  private static float softplus(float x) {
    return Math.max(x, 0f) + Functions.log1p(Functions.exp(-Math.abs(x)));
  }

  private static float softsign(float x) {
    return x / (1f + Math.abs(x));
  }

  private static float mish(float x) {
    return x * Hyperbolics.tanh(softplus(x));
  }

  private static float gelu(float x) {
    return 0.5f * x * (1f + Functions.erf(x * SQRT_HALF));
  }

  private static float geluTanh(float x) {
    return 0.5f * x * (1f + Hyperbolics.tanh(SQRT_TWO_OVER_PI * (x + CUBIC * x * x * x)));
  }

  private static float swish(float x, float alpha) {
    return x * Hyperbolics.sigmoid(alpha * x);
  }

  private static float elu(float x, float alpha) {
    return x < 0f ? alpha * Functions.expm1(x) : x;
  }

  private static float celu(float x, float alpha) {
    return x < 0f ? alpha * Functions.expm1(x / alpha) : x;
  }

  private static float selu(float x, float alpha, float gamma) {
    return gamma * (x > 0f ? x : alpha * Functions.expm1(x));
  }

  private static float leakyrelu(float x, float alpha) {
    return x < 0f ? alpha * x : x;
  }

  private static float thresholdedrelu(float x, float alpha) {
    return x > alpha ? x : 0f;
  }

  private static float hardsigmoid(float x, float alpha, float beta) {
    return Math.max(0f, Math.min(1f, alpha * x + beta));
  }

  private static float hardswish(float x) {
    return x * hardsigmoid(x, SIXTH, 0.5f);
  }

  private static float shrink(float x, float lambda, float bias) {
    return x < -lambda ? x + bias : x > lambda ? x - bias : 0f;
  }
}

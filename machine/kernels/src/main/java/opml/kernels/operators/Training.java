package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Steps of optimisers, as ONNX has them. rate is a number, count an int64 one: how many steps there were before. All
/// others are (n): x what is optimised, g its gradient, and what the optimiser keeps; those that begin with "next" are
/// written. `normed = norm · x + g`. Each operation is rounded.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Training {
  private Training() {}

  /// Adagrad (Duchi et al., 2011): `nextH = h + normed · normed`,
  /// `nextX = x - r · normed / (sqrt(nextH) + epsilon)`, `r = rate / (1 + float(count) · decay)`.
  public static void adagradF32(
      MemorySegment rate,
      MemorySegment count,
      MemorySegment x,
      MemorySegment g,
      MemorySegment h,
      MemorySegment nextX,
      MemorySegment nextH,
      int n,
      float norm,
      float decay,
      float epsilon) {
    float r = Mem.f32(rate, 0) / (1f + (float) Mem.i64(count, 0) * decay);
    for (int at = 0; at < 4 * n; at += 4) {
      float value = Mem.f32(x, at);
      float normed = norm * value + Mem.f32(g, at);
      float squares = Mem.f32(h, at) + normed * normed;
      Mem.putF32(nextX, at, value - r * normed / (F32.sqrt(squares) + epsilon));
      Mem.putF32(nextH, at, squares);
    }
  }

  /// Adam (Kingma and Ba, 2014): `nextV = alpha · v + (1 - alpha) · normed`,
  /// `nextH = beta · h + (1 - beta) · (normed · normed)`,
  /// `nextX = (1 - normAfter) · (x - r · nextV / (sqrt(nextH) + epsilon))`; `r = rate · sqrt(1 - beta^count) / (1 -
  /// alpha^count)` if count is above 0, else rate. Powers are products by the bits of count, from the lowest.
  public static void adamF32(
      MemorySegment rate,
      MemorySegment count,
      MemorySegment x,
      MemorySegment g,
      MemorySegment v,
      MemorySegment h,
      MemorySegment nextX,
      MemorySegment nextV,
      MemorySegment nextH,
      int n,
      float alpha,
      float beta,
      float norm,
      float normAfter,
      float epsilon) {
    long steps = Mem.i64(count, 0);
    float r = Mem.f32(rate, 0);
    if (steps > 0) {
      r = r * F32.sqrt(1f - power(beta, steps)) / (1f - power(alpha, steps));
    }
    for (int at = 0; at < 4 * n; at += 4) {
      float value = Mem.f32(x, at);
      float normed = norm * value + Mem.f32(g, at);
      float mean = alpha * Mem.f32(v, at) + (1f - alpha) * normed;
      float squares = beta * Mem.f32(h, at) + (1f - beta) * (normed * normed);
      float moved = value - r * mean / (F32.sqrt(squares) + epsilon);
      Mem.putF32(nextX, at, (1f - normAfter) * moved);
      Mem.putF32(nextV, at, mean);
      Mem.putF32(nextH, at, squares);
    }
  }

  /// Momentum (Polyak, 1964): `nextV = alpha · v + b · normed`, with b = beta if count is above 0, else 1;
  /// `nextX = x - rate · nextV`, or, if `nesterov`, `x - rate · (normed + alpha · nextV)`.
  public static void momentumF32(
      MemorySegment rate,
      MemorySegment count,
      MemorySegment x,
      MemorySegment g,
      MemorySegment v,
      MemorySegment nextX,
      MemorySegment nextV,
      int n,
      int nesterov,
      float alpha,
      float beta,
      float norm) {
    float r = Mem.f32(rate, 0);
    float factor = Mem.i64(count, 0) > 0 ? beta : 1f;
    for (int at = 0; at < 4 * n; at += 4) {
      float value = Mem.f32(x, at);
      float normed = norm * value + Mem.f32(g, at);
      float velocity = alpha * Mem.f32(v, at) + factor * normed;
      float move = nesterov != 0 ? normed + alpha * velocity : velocity;
      Mem.putF32(nextX, at, value - r * move);
      Mem.putF32(nextV, at, velocity);
    }
  }

  private static float power(float base, long exponent) {
    float product = 1f;
    float square = base;
    for (long left = exponent; left != 0; left >>>= 1) {
      Trips.atMost(64);
      if ((left & 1) != 0) {
        product *= square;
      }
      square *= square;
    }
    return product;
  }
}

package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;

/// Draws by chance, each a function of its number i and a seed: R is the first two words of [Philox] at the counter (i,
/// 0, 0, 0), its key the seed.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class RandomDraws {
  /// A mass of 1.
  private static final float ONE = 0x1p40f;

  private static final float TWO_PI = 0x1.921fb6p2f;

  private RandomDraws() {}

  /// `y_i = fma(u, high - low, low)`, u the upper 24 bits of the first word, times 2^-24.
  public static void randomUniformF32(
      MemorySegment y, int n, float low, float high, int seed, int seedHigh) {
    for (int i = 0; i < n; i++) {
      Mem.putF32(y, 4 * i, F32.fma(uniform(i, seed, seedHigh), high - low, low));
    }
  }

  /// Box and Muller's draws: `y_i = fma(r, scale, mean)`, `r = sqrt(-2 · log(1 - u)) · cos(t)`, each operation rounded,
  /// u as in [#randomUniformF32], and t the upper 24 bits of the second word, times 2^-24, times float(2π).
  public static void randomNormalF32(
      MemorySegment y, int n, float mean, float scale, int seed, int seedHigh) {
    for (int i = 0; i < n; i++) {
      Philox words = Philox.of(i, 0, 0, 0, seed, seedHigh);
      float radius = F32.sqrt(-2f * Functions.log(1f - share(words.a())));
      float draw = radius * Trigonometry.cos(share(words.b()) * TWO_PI);
      Mem.putF32(y, 4 * i, F32.fma(draw, scale, mean));
    }
  }

  /// `y_i = u < x_i`, a byte, with the u of [#randomUniformF32]; of NaN 0.
  public static void bernoulliF32(MemorySegment x, MemorySegment y, int n, int seed, int seedHigh) {
    for (int i = 0; i < n; i++) {
      Mem.putI8(y, i, uniform(i, seed, seedHigh) < Mem.f32(x, 4 * i) ? 1 : 0);
    }
  }

  /// Draws classes, each with a chance that goes as exp of its x: the first one at which the sum of the masses is above
  /// `floor(R · S / 2^64)`, where the mass of a class is `int(exp(x - max x) · 2^40)`, 2^40 where x is the greatest and
  /// 0 where it is NaN, and S the sum of all. Where all are NaN or -infinity, class 0.
  ///
  /// @param x (batch, classes); `classes` is at most 2^22
  /// @param y (batch, draws) int64
  public static void multinomialF32(
      MemorySegment x, MemorySegment y, int batch, int classes, int draws, int seed, int seedHigh) {
    for (int b = 0; b < batch; b++) {
      int row = 4 * b * classes;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < classes; i++) {
        float value = Mem.f32(x, row + 4 * i);
        if (value > max) {
          max = value;
        }
      }
      long all = 0;
      for (int i = 0; i < classes; i++) {
        all += mass(Mem.f32(x, row + 4 * i), max);
      }
      for (int draw = 0; draw < draws; draw++) {
        int number = b * draws + draw;
        long random = Philox.of(number, 0, 0, 0, seed, seedHigh).first();
        long point = Math.unsignedMultiplyHigh(random, all);
        long sum = 0;
        int found = 0;
        for (int i = 0; i < classes; i++) {
          // The sum stays at or below the point until the class is found.
          if (sum <= point && all > 0) {
            found = i;
            sum += mass(Mem.f32(x, row + 4 * i), max);
          }
        }
        Mem.putI64(y, 8 * number, found);
      }
    }
  }

  /// {@return a number from 0 to below 1}
  static float uniform(int i, int seed, int seedHigh) {
    return share(Philox.of(i, 0, 0, 0, seed, seedHigh).a());
  }

  private static float share(int word) {
    return (float) (word >>> 8) * 0x1p-24f;
  }

  private static long mass(float x, float max) {
    if (max == Float.NEGATIVE_INFINITY) {
      return 0;
    }
    return (long) ((x == max ? 1f : Functions.exp(x - max)) * ONE);
  }
}

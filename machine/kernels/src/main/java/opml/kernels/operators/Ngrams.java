package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// How often short sequences stand in longer ones.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Ngrams {
  /// What [#ngrams] writes of an n-gram that is there c > 0 times: c.
  public static final int COUNT = 0;

  /// Its weight.
  public static final int WEIGHT = 1;

  /// c times its weight.
  public static final int WEIGHTED_COUNT = 2;

  private static final int ENTRY = 24;

  private Ngrams() {}

  /// Counts n-grams in each row, with 0 to `skips` elements left out between any two neighbours, always the same
  /// number. One of a single element is counted once where it stands.
  ///
  /// @param x (rows, length) int64
  /// @param pool int64 numbers of all n-grams, one behind the other
  /// @param grams (count, 3) int64: of each n-gram the place of its first number in the pool, how many it has, and the
  ///     place of its result. Those that do not lie in the pool or have more than `longest` or less than 1 are in no
  ///     row, and results outside of a row of y are dropped
  /// @param weights (count)
  /// @param y (rows, width): 0, and added to it the results of the n-grams that are there, in their order
  /// @param size of the pool
  /// @param longest numbers of an n-gram
  public static void ngrams(
      MemorySegment x,
      MemorySegment pool,
      MemorySegment grams,
      MemorySegment weights,
      MemorySegment y,
      int rows,
      int length,
      int size,
      int count,
      int longest,
      int skips,
      int width,
      int kind) {
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        Mem.putI32(y, 4 * (row * width + i), 0);
      }
      for (int gram = 0; gram < count; gram++) {
        long from = Mem.i64(grams, ENTRY * gram);
        long numbers = Mem.i64(grams, ENTRY * gram + 8);
        long result = Mem.i64(grams, ENTRY * gram + 16);
        boolean isIn = numbers >= 1 && numbers <= longest && from >= 0 && from <= size - numbers;
        int times = 0;
        if (isIn) {
          for (int skip = 0; skip <= skips; skip++) {
            for (int at = 0; at < length; at++) {
              long last = at + (numbers - 1) * (skip + 1L);
              if (last < length && (skip == 0 || numbers > 1)) {
                int xAt = 8 * (row * length + at);
                boolean equal = true;
                for (int i = 0; i < numbers; i++) {
                  Trips.atMost(longest);
                  equal &= Mem.i64(x, xAt) == Mem.i64(pool, 8 * (from + i));
                  xAt += 8 * (skip + 1);
                }
                times += equal ? 1 : 0;
              }
            }
          }
        }
        if (times > 0 && result >= 0 && result < width) {
          float weight = kind == COUNT ? 1f : Mem.f32(weights, 4 * gram);
          float value = kind == WEIGHT ? weight : (float) times * weight;
          long yAt = 4 * (row * width + result);
          Mem.putF32(y, yAt, Mem.f32(y, yAt) + value);
        }
      }
    }
  }
}

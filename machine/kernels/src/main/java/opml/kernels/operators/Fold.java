package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// The two orders in which float sums are taken.
final class Fold {
  /// Products per fma chain of a DOT.
  static final int CHUNK = 256;

  private Fold() {}

  /// {@return DOT: chunks of 256 products, each an fma chain from +0, added in order to +0}
  ///
  /// @param a first factor's segment, from byte `aAt`, `aStep` bytes apart; `b` likewise
  /// @param count the number of products
  static float dot(
      MemorySegment a, int aAt, int aStep, MemorySegment b, int bAt, int bStep, int count) {
    float y = 0f;
    for (int left = count; left > 0; left -= CHUNK) {
      float chunk = 0f;
      for (int i = Math.min(left, CHUNK); i > 0; i--) {
        Trips.inAll(count);
        chunk = F32.fma(Mem.f32(a, aAt), Mem.f32(b, bAt), chunk);
        aAt += aStep;
        bAt += bStep;
      }
      y += chunk;
    }
    return y;
  }

  /// {@return SUM: 16 strided accumulators from +0, `a[i mod 16] += x[i]`, then folded in halves, eight apart first}
  ///
  /// @param x from byte `at`, `step` bytes apart
  static float sum(MemorySegment x, int at, int step, int count) {
    return lanes2(x, at, step, count, 0) + lanes2(x, at, step, count, 1);
  }

  private static float lanes2(MemorySegment x, int at, int step, int count, int lane) {
    return lanes4(x, at, step, count, lane) + lanes4(x, at, step, count, lane + 2);
  }

  private static float lanes4(MemorySegment x, int at, int step, int count, int lane) {
    return lanes8(x, at, step, count, lane) + lanes8(x, at, step, count, lane + 4);
  }

  private static float lanes8(MemorySegment x, int at, int step, int count, int lane) {
    return lane(x, at, step, count, lane) + lane(x, at, step, count, lane + 8);
  }

  /// {@return the accumulator of every sixteenth element}
  private static float lane(MemorySegment x, int at, int step, int count, int lane) {
    float sum = 0f;
    int offset = at + lane * step;
    for (int i = lane; i < count; i += 16) {
      sum += Mem.f32(x, offset);
      offset += 16 * step;
    }
    return sum;
  }
}

package opml.kernels.operators;

import opml.kernels.layout.Strided;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// The two orders in which float sums are taken.
public final class Fold {
  /// Products per fma chain of a DOT.
  public static final int CHUNK = 256;

  private Fold() {}

  /// {@return DOT: chunks of 256 products, each an fma chain from +0, added in order to +0}
  ///
  /// @param count the number of products
  public static float dot(Strided a, Strided b, int count) {
    int aAt = a.at();
    int bAt = b.at();
    float y = 0f;
    for (int left = count; left > 0; left -= CHUNK) {
      float chunk = 0f;
      for (int i = Math.min(left, CHUNK); i > 0; i--) {
        Trips.inAll(count);
        chunk = F32.fma(Mem.f32(a.data(), aAt), Mem.f32(b.data(), bAt), chunk);
        aAt += a.step();
        bAt += b.step();
      }
      y += chunk;
    }
    return y;
  }

  /// {@return SUM: 16 strided accumulators from +0, `a[i mod 16] += x[i]`, then folded in halves, eight apart first}
  public static float sum(Strided x, int count) {
    return lanes2(x, count, 0) + lanes2(x, count, 1);
  }

  private static float lanes2(Strided x, int count, int lane) {
    return lanes4(x, count, lane) + lanes4(x, count, lane + 2);
  }

  private static float lanes4(Strided x, int count, int lane) {
    return lanes8(x, count, lane) + lanes8(x, count, lane + 4);
  }

  private static float lanes8(Strided x, int count, int lane) {
    return lane(x, count, lane) + lane(x, count, lane + 8);
  }

  /// {@return the accumulator of every sixteenth element}
  private static float lane(Strided x, int count, int lane) {
    float sum = 0f;
    int at = x.at() + lane * x.step();
    for (int i = lane; i < count; i += 16) {
      sum += Mem.f32(x.data(), at);
      at += 16 * x.step();
    }
    return sum;
  }
}

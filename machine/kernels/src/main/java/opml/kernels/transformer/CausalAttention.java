package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Heads;
import opml.kernels.layout.TextCache;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Changes;
import opml.kernels.memory.ChangesOnly;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;
import opml.kernels.operators.Fold;
import opml.kernels.operators.Functions;

/// Causal attention of tokens to those before them and to themselves (Vaswani et al., 2017), heads sharing keys and
/// values (Ainslie et al., GQA, 2023): `spec/numerics.md` (Language models).
///
/// A token at position p attends to the positions from p - window + 1, or 0, to p; of others nothing is read.
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class CausalAttention {
  /// Below, a block of a cache counts as zeros: its scale's reciprocal would overflow.
  private static final float LEAST = 0x1p-100f;

  private static final int NAN_F16 = 0x7e00;

  private CausalAttention() {}

  /// Writes the keys or values of the tile's tokens at their positions, rounded to the cache's type.
  ///
  /// @param x (rows, width)
  @ChangesOnly(Kept.class)
  public static void keep(Tile tile, MemorySegment x, TextCache cache) {
    int count = tile.count();
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int from = 4 * i * cache.width();
      int to = (tile.position() + i) * cache.rowBytes();
      if (cache.type() == TextCache.F32) {
        for (int j = 0; j < cache.width(); j++) {
          Mem.putF32(cache.data(), to + 4 * j, Mem.f32(x, from + 4 * j));
        }
      } else if (cache.type() == TextCache.F16) {
        for (int j = 0; j < cache.width(); j++) {
          Mem.putI16(cache.data(), to + 2 * j, half(Mem.f32(x, from + 4 * j)));
        }
      } else {
        keepBlocks(x, from, cache.data(), to, cache.width() / TextCache.BLOCK);
      }
    }
  }

  private static void keepBlocks(
      MemorySegment x, int from, MemorySegment cache, int to, int blocks) {
    for (int b = 0; b < blocks; b++) {
      float most = 0f;
      for (int j = 0; j < TextCache.BLOCK; j++) {
        most = Math.max(most, Math.abs(Mem.f32(x, from + 4 * j)));
      }
      // False for NaN.
      boolean none = most < LEAST;
      float inverse = none ? 0f : 127f / most;
      Mem.putI16(cache, to, half(none ? 0f : most / 127f));
      for (int j = 0; j < TextCache.BLOCK; j++) {
        Mem.putI8(cache, to + 2 + j, (int) F32.rne(Mem.f32(x, from + 4 * j) * inverse));
      }
      from += 4 * TextCache.BLOCK;
      to += TextCache.BLOCK_BYTES;
    }
  }

  private static int half(float value) {
    // False for NaN alone.
    return Math.abs(value) >= 0f ? Float.floatToFloat16(value) : NAN_F16;
  }

  /// Per token and head: `w_j = exp(DOT(q, k_j) · scale - max)`, the greatest of these scores taken off, and
  /// `y = DOT(w, v) / SUM(w)`. DOT and SUM over the w go by absolute positions, so that neither chunks nor accumulators
  /// depend on where a text was cut.
  ///
  /// @param q (…, all heads, width), whose row `at` is the tile's first
  /// @param w (positions): room for the weights of one head; zeros in the end
  /// @param y as q
  /// @param positions more than the last position of the tile
  /// @param window how far a token looks back, itself included; 0 if to the beginning
  public static void attention(
      Tile tile,
      MemorySegment q,
      TextCache k,
      TextCache v,
      MemorySegment w,
      MemorySegment y,
      int at,
      Heads heads,
      int positions,
      int window,
      float scale) {
    int count = tile.count();
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int last = tile.position() + i;
      int least = window == 0 ? 0 : Math.max(0, last - window + 1);
      for (int h = 0; h < heads.count(); h++) {
        int head = heads.from() + h;
        int first = 4 * ((at + i) * heads.all() + head) * heads.width();
        int cached = head / heads.shared() * heads.width();
        weigh(q, first, k, cached, w, heads.width(), least, last, positions, scale);
        float sum = sum16(w, least, last, positions);
        for (int d = 0; d < heads.width(); d++) {
          Mem.putF32(y, first + 4 * d, mix(w, v, cached + d, least, last, positions) / sum);
        }
        for (int j = least; j <= last; j++) {
          Trips.atMost(positions);
          Mem.putI32(w, 4 * j, 0);
        }
      }
    }
  }

  /// How much each position counts.
  private static void weigh(
      MemorySegment q,
      int at,
      TextCache k,
      int cached,
      MemorySegment w,
      int width,
      int least,
      int last,
      int positions,
      float scale) {
    float most = Float.NEGATIVE_INFINITY;
    for (int j = least; j <= last; j++) {
      Trips.atMost(positions);
      float score = dot(q, at, k, j, cached, width) * scale;
      most = Math.max(most, score);
      Mem.putF32(w, 4 * j, score);
    }
    for (int j = least; j <= last; j++) {
      Trips.atMost(positions);
      Mem.putF32(w, 4 * j, Functions.exp(Mem.f32(w, 4 * j) - most));
    }
  }

  /// {@return DOT of a query and a key}
  private static float dot(MemorySegment q, int qAt, TextCache k, int row, int column, int width) {
    float y = 0f;
    int at = 0;
    for (int left = width; left > 0; left -= Fold.CHUNK) {
      float chunk = 0f;
      for (int i = Math.min(left, Fold.CHUNK); i > 0; i--) {
        Trips.inAll(width);
        chunk = F32.fma(Mem.f32(q, qAt + 4 * at), k.get(row, column + at), chunk);
        at++;
      }
      y += chunk;
    }
    return y;
  }

  /// {@return DOT of weights and one column of the values, in chunks of absolute positions}
  private static float mix(
      MemorySegment w, TextCache v, int column, int least, int last, int positions) {
    float y = 0f;
    int j = least;
    while (j <= last) {
      Trips.atMost(positions);
      int end = Math.min(last, j | Fold.CHUNK - 1);
      float chunk = 0f;
      for (; j <= end; j++) {
        Trips.inAll(positions);
        chunk = F32.fma(Mem.f32(w, 4 * j), v.get(j, column), chunk);
      }
      y += chunk;
    }
    return y;
  }

  /// {@return SUM of the weights, each in the accumulator of its absolute position}
  private static float sum16(MemorySegment w, int least, int last, int positions) {
    return sum8(w, least, last, positions, 0) + sum8(w, least, last, positions, 1);
  }

  private static float sum8(MemorySegment w, int least, int last, int positions, int lane) {
    return sum4(w, least, last, positions, lane) + sum4(w, least, last, positions, lane + 2);
  }

  private static float sum4(MemorySegment w, int least, int last, int positions, int lane) {
    return sum2(w, least, last, positions, lane) + sum2(w, least, last, positions, lane + 4);
  }

  private static float sum2(MemorySegment w, int least, int last, int positions, int lane) {
    return sum(w, least, last, positions, lane) + sum(w, least, last, positions, lane + 8);
  }

  private static float sum(MemorySegment w, int least, int last, int positions, int lane) {
    float sum = 0f;
    for (int j = least + ((lane - least) & 15); j <= last; j += 16) {
      Trips.atMost(positions);
      sum += Mem.f32(w, 4 * j);
    }
    return sum;
  }

  /// What [#keep] changes.
  public static final class Kept implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      Tile tile = new Tile(segments[0], (int) scalars[0], (int) scalars[1], (int) scalars[2]);
      long row = new TextCache(segments[2], (int) scalars[3], (int) scalars[4]).rowBytes();
      ranges.add(2, row * tile.position(), row * tile.count());
    }
  }
}

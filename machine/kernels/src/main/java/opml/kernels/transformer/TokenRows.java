package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Changes;
import opml.kernels.memory.ChangesOnly;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;
import opml.kernels.operators.Functions;

/// What is done to each token's row by itself: `spec/numerics.md` (Language models).
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class TokenRows {
  private static final int LANES = 16;

  private TokenRows() {}

  /// Root mean square normalisation (Zhang and Sennrich, 2019) of each group of a row by itself:
  /// `y = (x · (1 / sqrt(SUM(x²) / width + epsilon))) · w`.
  ///
  /// @param x (…, groups, width), whose row `at` is the tile's first
  /// @param w (width)
  /// @param y (rows, groups, width)
  public static void normRms(
      Tile tile,
      MemorySegment x,
      MemorySegment w,
      MemorySegment y,
      int at,
      int groups,
      int width,
      float epsilon) {
    int count = tile.count();
    int xAt = 4 * at * groups * width;
    int yAt = 0;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int g = 0; g < groups; g++) {
        float mean = squares16(x, xAt, width) / (float) width;
        float scale = 1f / F32.sqrt(mean + epsilon);
        for (int j = 0; j < width; j++) {
          Mem.putF32(y, yAt + 4 * j, Mem.f32(x, xAt + 4 * j) * scale * Mem.f32(w, 4 * j));
        }
        xAt += 4 * width;
        yAt += 4 * width;
      }
    }
  }

  /// {@return SUM of the squares: sixteen accumulators, each a chain of fma}
  private static float squares16(MemorySegment x, int at, int count) {
    return squares8(x, at, count, 0) + squares8(x, at, count, 1);
  }

  private static float squares8(MemorySegment x, int at, int count, int lane) {
    return squares4(x, at, count, lane) + squares4(x, at, count, lane + 2);
  }

  private static float squares4(MemorySegment x, int at, int count, int lane) {
    return squares2(x, at, count, lane) + squares2(x, at, count, lane + 4);
  }

  private static float squares2(MemorySegment x, int at, int count, int lane) {
    return squares(x, at, count, lane) + squares(x, at, count, lane + 8);
  }

  private static float squares(MemorySegment x, int at, int count, int lane) {
    float sum = 0f;
    for (int i = lane; i < count; i += LANES) {
      float value = Mem.f32(x, at + 4 * i);
      sum = F32.fma(value, value, sum);
    }
    return sum;
  }

  /// Rotates pairs of elements of each head by angles that depend on the token's position (Su et al., RoFormer, 2021):
  /// `(a, b)` becomes `(fma(a, cos, -(b · sin)), fma(a, sin, b · cos))`. What is in no pair stays.
  ///
  /// @param x (rows, heads, width)
  /// @param table (positions, pairs, 2): cosine and sine
  /// @param y as x
  /// @param step elements from the first of one pair to that of the next
  /// @param apart elements from the first of a pair to its second
  public static void rotate(
      Tile tile,
      MemorySegment x,
      MemorySegment table,
      MemorySegment y,
      int heads,
      int width,
      int pairs,
      int step,
      int apart) {
    int count = tile.count();
    int at = 0;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int angles = 8 * (tile.position() + i) * pairs;
      for (int h = 0; h < heads; h++) {
        for (int p = 0; p < pairs; p++) {
          int first = at + 4 * p * step;
          int second = first + 4 * apart;
          float a = Mem.f32(x, first);
          float b = Mem.f32(x, second);
          float cos = Mem.f32(table, angles + 8 * p);
          float sin = Mem.f32(table, angles + 8 * p + 4);
          Mem.putF32(y, first, F32.fma(a, cos, -(b * sin)));
          Mem.putF32(y, second, F32.fma(a, sin, b * cos));
        }
        for (int j = 2 * pairs; j < width; j++) {
          Mem.putI32(y, at + 4 * j, Mem.i32(x, at + 4 * j));
        }
        at += 4 * width;
      }
    }
  }

  /// The gated linear unit with SiLU (Shazeer, GLU Variants Improve Transformer, 2020):
  /// `y = (gate / (1 + exp(-gate))) · up`.
  ///
  /// @param gate (rows, width), as up and y
  public static void gateSilu(
      Tile tile, MemorySegment gate, MemorySegment up, MemorySegment y, int width) {
    int count = tile.count();
    int at = 0;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int j = 0; j < width; j++) {
        float g = Mem.f32(gate, at);
        Mem.putF32(y, at, g / (1f + Functions.exp(-g)) * Mem.f32(up, at));
        at += 4;
      }
    }
  }

  /// Adds a bias to each row: `y = x + b`.
  ///
  /// @param b (width)
  public static void addBias(
      Tile tile, MemorySegment x, MemorySegment b, MemorySegment y, int width) {
    int count = tile.count();
    int at = 0;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int j = 0; j < width; j++) {
        Mem.putF32(y, at, Mem.f32(x, at) + Mem.f32(b, 4 * j));
        at += 4;
      }
    }
  }

  /// Adds what a block of a layer has made to what went into it: `y[at + i] = y[at + i] + x[i]`.
  ///
  /// @param x (rows, width)
  /// @param y (…, width)
  @ChangesOnly(Residual.class)
  public static void addResidual(Tile tile, MemorySegment x, MemorySegment y, int at, int width) {
    int count = tile.count();
    int xAt = 0;
    int yAt = 4 * at * width;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      for (int j = 0; j < width; j++) {
        Mem.putF32(y, yAt, Mem.f32(y, yAt) + Mem.f32(x, xAt));
        xAt += 4;
        yAt += 4;
      }
    }
  }

  /// What [#addResidual] changes.
  public static final class Residual implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      long row = Float.BYTES * scalars[4];
      ranges.add(2, row * scalars[3], row * scalars[2]);
    }
  }
}

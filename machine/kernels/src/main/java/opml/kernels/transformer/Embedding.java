package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Changes;
import opml.kernels.memory.ChangesOnly;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// A table's rows, one for each token of a tile, as floats: `y[at + i, :] = w[tokens[first + i] - from, :]`. A value
/// is rounded once at most: `spec/numerics.md` (Language models).
///
/// The kernel has `count` rows of the table, from number `from` on, and leaves those of other tokens as they are: a
/// table that is too long for a slot is cut, and each piece fills in what it has.
///
/// @see TokenRows
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class Embedding {
  private static final int BLOCK = Linear.BLOCK;

  private Embedding() {}

  @ChangesOnly(TokenRows.class)
  public static void embedF32(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    floats(tile, tokens, w, y, at, from, count, width, false, false);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedF16(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    floats(tile, tokens, w, y, at, from, count, width, true, false);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedBf16(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    floats(tile, tokens, w, y, at, from, count, width, true, true);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ80(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    blocks(tile, tokens, w, y, at, from, count, width, 8, false, false);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ40(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    blocks(tile, tokens, w, y, at, from, count, width, 4, false, false);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ41(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    blocks(tile, tokens, w, y, at, from, count, width, 4, true, false);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ50(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    blocks(tile, tokens, w, y, at, from, count, width, 5, false, false);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ51(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    blocks(tile, tokens, w, y, at, from, count, width, 5, true, false);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedIq4nl(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    blocks(tile, tokens, w, y, at, from, count, width, 4, false, true);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ2k(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    kQuants(tile, tokens, w, y, at, from, count, width, 2);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ3k(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    kQuants(tile, tokens, w, y, at, from, count, width, 3);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ4k(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    kQuants(tile, tokens, w, y, at, from, count, width, 4);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ5k(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    kQuants(tile, tokens, w, y, at, from, count, width, 5);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedQ6k(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    kQuants(tile, tokens, w, y, at, from, count, width, 6);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedIq2xxs(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    tables(tile, tokens, w, y, at, from, count, width, true);
  }

  @ChangesOnly(TokenRows.class)
  public static void embedIq4xs(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width) {
    tables(tile, tokens, w, y, at, from, count, width, false);
  }

  private static void floats(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width,
      boolean half,
      boolean brain) {
    int rows = tile.count();
    for (int i = 0; i < rows; i++) {
      Trips.atMost(tile.rows());
      int row = row(tile, tokens, i, from, count);
      if (row >= 0) {
        long yAt = 4L * (at + i) * width;
        long wAt = (long) row * width * (half ? 2 : 4);
        for (int j = 0; j < width; j++) {
          Mem.putF32(y, yAt, Halves.weight(w, wAt, half, brain));
          yAt += 4;
          wAt += half ? 2 : 4;
        }
      }
    }
  }

  private static void blocks(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width,
      int bits,
      boolean min,
      boolean levels) {
    int rows = tile.count();
    for (int i = 0; i < rows; i++) {
      Trips.atMost(tile.rows());
      int row = row(tile, tokens, i, from, count);
      if (row >= 0) {
        long yAt = 4L * (at + i) * width;
        long wAt = (long) row * (width / BLOCK * LinearBlocks.bytes(bits, min));
        for (int block = 0; block < width / BLOCK; block++) {
          float d = Halves.at(w, wAt);
          float add = min ? Halves.at(w, wAt + 2) : -0f;
          int zero = LinearBlocks.zero(bits, min);
          for (int part = 0; part < 4; part++) {
            long eight = LinearBlocks.eight(w, wAt, part, bits, min);
            Eights.put(eight, zero, levels, y, yAt, 1, d, add);
            yAt += 32;
          }
          wAt += LinearBlocks.bytes(bits, min);
        }
      }
    }
  }

  private static void kQuants(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width,
      int bits) {
    int rows = tile.count();
    for (int i = 0; i < rows; i++) {
      Trips.atMost(tile.rows());
      int row = row(tile, tokens, i, from, count);
      if (row >= 0) {
        long yAt = 4L * (at + i) * width;
        long wAt = (long) row * (width / KQuants.SIZE * KQuants.bytes(bits));
        for (int superblock = 0; superblock < width / KQuants.SIZE; superblock++) {
          float d = KQuants.scale(w, wAt, bits);
          float min = KQuants.hasMins(bits) ? KQuants.min(w, wAt, bits) : 0f;
          int groups = KQuants.groups(bits);
          for (int block = 0; block < KQuants.BLOCKS; block++) {
            for (int part = 0; part < 4; part++) {
              int group = groups == 1 ? 0 : part >> 1;
              int scale = KQuants.scale(w, wAt, block, group, bits);
              float add =
                  KQuants.hasMins(bits)
                      ? -(min * (float) KQuants.min(w, wAt, block, group, bits))
                      : -0f;
              long eight = KQuants.eight(w, wAt, block, part, bits);
              Eights.put(eight, KQuants.zero(bits), false, y, yAt, scale, d, add);
              yAt += 32;
            }
          }
          wAt += KQuants.bytes(bits);
        }
      }
    }
  }

  private static void tables(
      Tile tile,
      MemorySegment tokens,
      MemorySegment w,
      MemorySegment y,
      int at,
      int from,
      int count,
      int width,
      boolean grid) {
    int rows = tile.count();
    for (int i = 0; i < rows; i++) {
      Trips.atMost(tile.rows());
      int row = row(tile, tokens, i, from, count);
      if (row >= 0) {
        long yAt = 4L * (at + i) * width;
        long wAt = (long) row * (width / KQuants.SIZE * LinearTables.bytes(grid));
        for (int superblock = 0; superblock < width / KQuants.SIZE; superblock++) {
          float d = LinearTables.scale(w, wAt, grid);
          for (int block = 0; block < KQuants.BLOCKS; block++) {
            int scale = LinearTables.scale(w, wAt, block, grid);
            for (int part = 0; part < 4; part++) {
              long eight = LinearTables.eight(w, wAt, block, part, grid);
              Eights.put(eight, 128, !grid, y, yAt, scale, d, -0f);
              yAt += 32;
            }
          }
          wAt += LinearTables.bytes(grid);
        }
      }
    }
  }

  /// {@return which of the table's rows a token has, or -1 if that is not here}
  private static int row(Tile tile, MemorySegment tokens, int i, int from, int count) {
    int token = Mem.i32(tokens, 4 * (tile.first() + i));
    return token >= from && token - from < count ? token - from : -1;
  }

  /// What a call changes at most: the rows of its tile.
  public static final class TokenRows implements Changes {
    @Override
    public void of(MemorySegment[] segments, long[] scalars, Ranges ranges) {
      long rows = scalars[2];
      long at = scalars[3];
      long bytes = scalars[6] * Float.BYTES;
      ranges.add(3, at * bytes, rows * bytes);
    }
  }
}

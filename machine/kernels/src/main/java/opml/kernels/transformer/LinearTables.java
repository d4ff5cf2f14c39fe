package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Outputs;
import opml.kernels.layout.Tile;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Products with weights in GGML's types whose codes stand for other integers by a table, IQ2_XXS and IQ4_XS: 256
/// weights, eight blocks of 32, share a half-precision scale, and each block has a small one, an integer.
///
/// All kernels take q and d as [Linear#quantizeRows] makes them, `blocks` blocks of 32 in a row, which are a multiple
/// of 8, w as rows of an eighth as many superblocks, and y as (rows, width).
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class LinearTables {
  private static final int BLOCK = Linear.BLOCK;

  /// The eight magnitudes that a byte of IQ2_XXS stands for.
  static final long[] GRID = {
    0x0808080808080808L, 0x080808080808082bL, 0x0808080808081919L, 0x0808080808082b08L,
    0x0808080808082b2bL, 0x0808080808190819L, 0x0808080808191908L, 0x08080808082b0808L,
    0x08080808082b082bL, 0x08080808082b2b08L, 0x08080808082b2b2bL, 0x0808080819080819L,
    0x0808080819081908L, 0x0808080819190808L, 0x0808080819192b08L, 0x08080808192b0819L,
    0x08080808192b1908L, 0x080808082b080808L, 0x080808082b08082bL, 0x080808082b082b2bL,
    0x080808082b2b082bL, 0x0808081908080819L, 0x0808081908081908L, 0x0808081908190808L,
    0x0808081908191919L, 0x0808081919080808L, 0x080808192b081908L, 0x080808192b192b08L,
    0x0808082b08080808L, 0x0808082b0808082bL, 0x0808082b082b082bL, 0x0808082b2b08082bL,
    0x0808190808080819L, 0x0808190808081908L, 0x0808190808190808L, 0x08081908082b0819L,
    0x08081908082b1908L, 0x0808190819080808L, 0x080819081908082bL, 0x0808190819082b08L,
    0x08081908192b0808L, 0x080819082b080819L, 0x080819082b081908L, 0x080819082b190808L,
    0x080819082b2b1908L, 0x0808191908080808L, 0x080819190808082bL, 0x0808191908082b08L,
    0x08081919082b0808L, 0x080819191908192bL, 0x08081919192b2b19L, 0x080819192b080808L,
    0x080819192b190819L, 0x0808192b08082b19L, 0x0808192b08190808L, 0x0808192b19080808L,
    0x0808192b2b081908L, 0x0808192b2b2b1908L, 0x08082b0808080808L, 0x08082b0808081919L,
    0x08082b0808082b08L, 0x08082b0808191908L, 0x08082b08082b2b08L, 0x08082b0819080819L,
    0x08082b0819081908L, 0x08082b0819190808L, 0x08082b081919082bL, 0x08082b082b082b08L,
    0x08082b1908081908L, 0x08082b1919080808L, 0x08082b2b0808082bL, 0x08082b2b08191908L,
    0x0819080808080819L, 0x0819080808081908L, 0x0819080808190808L, 0x08190808082b0819L,
    0x0819080819080808L, 0x08190808192b0808L, 0x081908082b081908L, 0x081908082b190808L,
    0x081908082b191919L, 0x0819081908080808L, 0x0819081908082b08L, 0x08190819082b0808L,
    0x0819081919190808L, 0x0819081919192b2bL, 0x081908192b080808L, 0x0819082b082b1908L,
    0x0819082b19081919L, 0x0819190808080808L, 0x0819190808082b08L, 0x08191908082b0808L,
    0x08191908082b1919L, 0x0819190819082b19L, 0x081919082b080808L, 0x0819191908192b08L,
    0x08191919192b082bL, 0x0819192b08080808L, 0x0819192b0819192bL, 0x08192b0808080819L,
    0x08192b0808081908L, 0x08192b0808190808L, 0x08192b0819080808L, 0x08192b082b080819L,
    0x08192b1908080808L, 0x08192b1908081919L, 0x08192b192b2b0808L, 0x08192b2b19190819L,
    0x082b080808080808L, 0x082b08080808082bL, 0x082b080808082b2bL, 0x082b080819081908L,
    0x082b0808192b0819L, 0x082b08082b080808L, 0x082b08082b08082bL, 0x082b0819082b2b19L,
    0x082b081919082b08L, 0x082b082b08080808L, 0x082b082b0808082bL, 0x082b190808080819L,
    0x082b190808081908L, 0x082b190808190808L, 0x082b190819080808L, 0x082b19081919192bL,
    0x082b191908080808L, 0x082b191919080819L, 0x082b1919192b1908L, 0x082b192b2b190808L,
    0x082b2b0808082b08L, 0x082b2b08082b0808L, 0x082b2b082b191908L, 0x082b2b2b19081908L,
    0x1908080808080819L, 0x1908080808081908L, 0x1908080808190808L, 0x1908080808192b08L,
    0x19080808082b0819L, 0x19080808082b1908L, 0x1908080819080808L, 0x1908080819082b08L,
    0x190808081919192bL, 0x19080808192b0808L, 0x190808082b080819L, 0x190808082b081908L,
    0x190808082b190808L, 0x1908081908080808L, 0x19080819082b0808L, 0x19080819192b0819L,
    0x190808192b080808L, 0x190808192b081919L, 0x1908082b08080819L, 0x1908082b08190808L,
    0x1908082b19082b08L, 0x1908082b1919192bL, 0x1908082b192b2b08L, 0x1908190808080808L,
    0x1908190808082b08L, 0x19081908082b0808L, 0x190819082b080808L, 0x190819082b192b19L,
    0x190819190819082bL, 0x19081919082b1908L, 0x1908192b08080808L, 0x19082b0808080819L,
    0x19082b0808081908L, 0x19082b0808190808L, 0x19082b0819080808L, 0x19082b0819081919L,
    0x19082b1908080808L, 0x19082b1919192b08L, 0x19082b19192b0819L, 0x19082b192b08082bL,
    0x19082b2b19081919L, 0x19082b2b2b190808L, 0x1919080808080808L, 0x1919080808082b08L,
    0x1919080808190819L, 0x1919080808192b19L, 0x19190808082b0808L, 0x191908082b080808L,
    0x191908082b082b08L, 0x1919081908081908L, 0x191908191908082bL, 0x191908192b2b1908L,
    0x1919082b2b190819L, 0x191919082b190808L, 0x191919082b19082bL, 0x1919191908082b2bL,
    0x1919192b08080819L, 0x1919192b19191908L, 0x19192b0808080808L, 0x19192b0808190819L,
    0x19192b0808192b19L, 0x19192b08192b1908L, 0x19192b1919080808L, 0x19192b2b08082b08L,
    0x192b080808081908L, 0x192b080808190808L, 0x192b080819080808L, 0x192b0808192b2b08L,
    0x192b081908080808L, 0x192b081919191919L, 0x192b082b08192b08L, 0x192b082b192b0808L,
    0x192b190808080808L, 0x192b190808081919L, 0x192b191908190808L, 0x192b19190819082bL,
    0x192b19192b081908L, 0x192b2b081908082bL, 0x2b08080808080808L, 0x2b0808080808082bL,
    0x2b08080808082b2bL, 0x2b08080819080819L, 0x2b0808082b08082bL, 0x2b08081908081908L,
    0x2b08081908192b08L, 0x2b08081919080808L, 0x2b08082b08190819L, 0x2b08190808080819L,
    0x2b08190808081908L, 0x2b08190808190808L, 0x2b08190808191919L, 0x2b08190819080808L,
    0x2b081908192b0808L, 0x2b08191908080808L, 0x2b0819191908192bL, 0x2b0819192b191908L,
    0x2b08192b08082b19L, 0x2b08192b19080808L, 0x2b08192b192b0808L, 0x2b082b080808082bL,
    0x2b082b1908081908L, 0x2b082b2b08190819L, 0x2b19080808081908L, 0x2b19080808190808L,
    0x2b190808082b1908L, 0x2b19080819080808L, 0x2b1908082b2b0819L, 0x2b1908190819192bL,
    0x2b1908192b080808L, 0x2b19082b19081919L, 0x2b19190808080808L, 0x2b191908082b082bL,
    0x2b19190819081908L, 0x2b19191919190819L, 0x2b192b082b080819L, 0x2b192b19082b0808L,
    0x2b2b08080808082bL, 0x2b2b080819190808L, 0x2b2b08082b081919L, 0x2b2b081908082b19L,
    0x2b2b082b08080808L, 0x2b2b190808192b08L, 0x2b2b2b0819190808L, 0x2b2b2b1908081908L,
  };

  private LinearTables() {}

  public static void linearIq2xxs(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, true);
  }

  public static void linearIq4xs(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, false);
  }

  private static void rows(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks,
      boolean grid) {
    int count = tile.count();
    int rowBytes = blocks / KQuants.BLOCKS * bytes(grid);
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int yAt = outputs.at(i);
      int wAt = outputs.from() * rowBytes;
      for (int j = 0; j < outputs.count(); j++) {
        Mem.putF32(y, yAt, dot(q, d, i * blocks, w, wAt, blocks, grid));
        yAt += 4;
        wAt += rowBytes;
      }
    }
  }

  /// {@return one output, from block `first` of the one row and byte `wAt` of the other}
  private static float dot(
      MemorySegment q,
      MemorySegment d,
      int first,
      MemorySegment w,
      long wAt,
      int blocks,
      boolean grid) {
    float y = 0f;
    long qAt = (long) BLOCK * first;
    long dAt = 4L * first;
    for (int i = 0; i < blocks / KQuants.BLOCKS; i++) {
      float scale = scale(w, wAt, grid);
      for (int block = 0; block < KQuants.BLOCKS; block++) {
        int sum = 0;
        for (int part = 0; part < 4; part++) {
          long eight = eight(w, wAt, block, part, grid);
          long at = qAt + 8 * part;
          sum += grid ? Eights.dot(eight, 128, q, at) : Eights.dotLevels(eight, q, at);
        }
        sum *= scale(w, wAt, block, grid);
        y = F32.fma((float) sum, scale * Mem.f32(d, dAt), y);
        qAt += BLOCK;
        dAt += 4;
      }
      wAt += bytes(grid);
    }
    return y;
  }

  /// {@return how long a superblock is}
  static int bytes(boolean grid) {
    return grid ? 66 : 136;
  }

  /// {@return the scale of a superblock}
  static float scale(MemorySegment w, long at, boolean grid) {
    // An eighth is exact, and makes integers of the small scales.
    return grid ? Halves.at(w, at) * 0.125f : Halves.at(w, at);
  }

  /// {@return what multiplies the scale}
  static int scale(MemorySegment w, long at, int block, boolean grid) {
    if (grid) {
      return 2 * (Mem.i16(w, at + 8 + 8 * block) >> 12 & 15) + 1;
    }
    int low = Mem.i8(w, at + 4 + (block >> 1)) >> 4 * (block & 1) & 15;
    int high = Mem.i16(w, at + 2) >> 2 * block & 3;
    return (low | high << 4) - 32;
  }

  /// {@return the codes of one of the four parts of a block}
  static long eight(MemorySegment w, long at, int block, int part, boolean grid) {
    if (!grid) {
      long nibbles = Mem.i64(w, at + 8 + 16 * block + 8 * (part & 1));
      return nibbles >>> 4 * (part >> 1) & Eights.NIBBLES;
    }
    long from = at + 2 + 8 * block;
    int signs = Mem.i16(w, from + 4) & 0xffff | Mem.i16(w, from + 6) << 16;
    return Eights.signed(GRID[Mem.i8(w, from + part) & 255], even(signs >>> 7 * part & 127));
  }

  /// {@return seven bits, and an eighth that makes the number of ones even}
  private static int even(int seven) {
    int folded = seven ^ seven >>> 4;
    folded ^= folded >>> 2;
    folded ^= folded >>> 1;
    return seven | (folded & 1) << 7;
  }
}

package opml.kernels.transformer;

import java.lang.foreign.MemorySegment;
import opml.kernels.layout.Outputs;
import opml.kernels.layout.Tile;
import opml.kernels.memory.F32;
import opml.kernels.memory.Mem;
import opml.kernels.memory.Trips;

/// Products with weights in GGML's K types, Q2_K to Q6_K: [KQuants].
///
/// All kernels take q and d as [Linear#quantizeRows] makes them, `blocks` blocks of 32 in a row, which are a multiple
/// of 8, w as rows of an eighth as many superblocks, and y as (rows, width).
@SuppressWarnings("NarrowCalculation") // offsets are ints: see the package
public final class LinearKQuants {
  private static final int BLOCK = Linear.BLOCK;

  private LinearKQuants() {}

  public static void linearQ2k(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 2);
  }

  public static void linearQ3k(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 3);
  }

  public static void linearQ4k(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 4);
  }

  public static void linearQ5k(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 5);
  }

  public static void linearQ6k(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks) {
    rows(tile, q, d, w, y, outputs, blocks, 6);
  }

  /// The compiler inlines this into each kernel, and has code for its bits only. A method that grew too long for that
  /// would have no step bound.
  private static void rows(
      Tile tile,
      MemorySegment q,
      MemorySegment d,
      MemorySegment w,
      MemorySegment y,
      Outputs outputs,
      int blocks,
      int bits) {
    int count = tile.count();
    int bytes = KQuants.bytes(bits);
    int rowBytes = blocks / KQuants.BLOCKS * bytes;
    for (int i = 0; i < count; i++) {
      Trips.atMost(tile.rows());
      int yAt = outputs.at(i);
      int wAt = outputs.from() * rowBytes;
      for (int j = 0; j < outputs.count(); j++) {
        Mem.putF32(y, yAt, dot(q, d, i * blocks, w, wAt, blocks, bits, bytes));
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
      int bits,
      int bytes) {
    boolean hasMins = KQuants.hasMins(bits);
    float y = 0f;
    long qAt = (long) BLOCK * first;
    long dAt = 4L * first;
    for (int i = 0; i < blocks / KQuants.BLOCKS; i++) {
      float scale = KQuants.scale(w, wAt, bits);
      float min = hasMins ? KQuants.min(w, wAt, bits) : 0f;
      for (int block = 0; block < KQuants.BLOCKS; block++) {
        float dx = Mem.f32(d, dAt);
        y = F32.fma((float) products(q, qAt, w, wAt, block, bits), scale * dx, y);
        if (hasMins) {
          y = F32.fma((float) mins(q, qAt, w, wAt, block, bits), -(min * dx), y);
        }
        qAt += BLOCK;
        dAt += 4;
      }
      wAt += bytes;
    }
    return y;
  }

  /// {@return the sum of a block's products, those of a group times its scale}
  private static int products(
      MemorySegment q, long qAt, MemorySegment w, long wAt, int block, int bits) {
    int groups = KQuants.groups(bits);
    int sum = 0;
    for (int group = 0; group < groups; group++) {
      int products = 0;
      for (int i = 0; i < 4 / groups; i++) {
        int part = 4 / groups * group + i;
        long eight = KQuants.eight(w, wAt, block, part, bits);
        products += Eights.dot(eight, KQuants.zero(bits), q, qAt + 8 * part);
      }
      sum += KQuants.scale(w, wAt, block, group, bits) * products;
    }
    return sum;
  }

  /// {@return the sum of a block's q, that of a group times its minimum}
  private static int mins(
      MemorySegment q, long qAt, MemorySegment w, long wAt, int block, int bits) {
    int groups = KQuants.groups(bits);
    int size = BLOCK / groups;
    int sum = 0;
    for (int group = 0; group < groups; group++) {
      int min = KQuants.min(w, wAt, block, group, bits);
      sum += min * Eights.sum(q, qAt + size * group, size);
    }
    return sum;
  }
}

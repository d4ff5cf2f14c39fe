package opml.twins.tile;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.BlockProductCall;
import opml.twins.call.TwinCall;

/// `matmul.q8` by the machine tile. A unit is a panel of rows of w; each packs the rows of x, which are small beside
/// it.
final class TileBlockProduct implements PreparedKernel {
  private static final long ALIGNMENT = 64;

  private final BlockProductCall call;
  private final BlockTile tile;
  private final long[] extents;
  private final MemorySegment weights;
  private final long panelBytes;
  private final long rowBytes; // of a packed row of x

  private TileBlockProduct(BlockTile tile, BlockProductCall call, MemorySegment w) {
    this.call = call;
    this.tile = tile;
    this.extents = call.extents();
    this.panelBytes = call.blocks() * BlockTile.WEIGHT_BYTES;
    this.rowBytes = call.blocks() * tile.tokenBytes();
    this.weights = Arena.ofAuto().allocate(units() * panelBytes, ALIGNMENT);
    for (int row = 0; row < call.n(); row++) {
      for (int block = 0; block < call.blocks(); block++) {
        long from = ((long) row * call.blocks() + block) * BlockProductCall.BLOCK_BYTES;
        tile.packWeights(
            w,
            from + Short.BYTES,
            Float.float16ToFloat((short) Mem.i16(w, from)),
            row % BlockTile.ROWS,
            weights,
            row / BlockTile.ROWS * panelBytes + block * BlockTile.WEIGHT_BYTES);
      }
    }
  }

  static Optional<PreparedKernel> prepare(BlockTile tile, BlockProductCall call, MemorySegment w) {
    return call.isOrdinary() ? Optional.of(new TileBlockProduct(tile, call, w)) : Optional.empty();
  }

  @Override
  public int units() {
    return Math.ceilDiv(call.n(), BlockTile.ROWS);
  }

  @Override
  public long scratchBytes() {
    return results() + BlockTile.TOKENS * rowBytes;
  }

  private static long results() {
    return (long) Float.BYTES * BlockTile.ROWS * BlockTile.TOKENS;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    TwinCall.check(segments, extents);
    for (int first = 0; first < call.m(); first += BlockTile.TOKENS) {
      int tokens = Math.min(BlockTile.TOKENS, call.m() - first);
      pack(segments, first, tokens, scratch);
      for (int panel = from; panel < to; panel++) {
        tile.multiply(
            weights,
            panel * panelBytes,
            scratch,
            results(),
            rowBytes,
            scratch,
            0,
            (long) Float.BYTES * BlockTile.ROWS,
            call.blocks(),
            tokens,
            false);
        store(segments[3], scratch, first, tokens, panel * BlockTile.ROWS);
      }
    }
    return 0;
  }

  private void pack(MemorySegment[] segments, int first, int tokens, MemorySegment scratch) {
    for (int i = 0; i < tokens; i++) {
      for (int block = 0; block < call.blocks(); block++) {
        long number = (long) (first + i) * call.blocks() + block;
        tile.packToken(
            segments[0],
            BlockTile.BLOCK * number,
            Mem.f32(segments[1], Float.BYTES * number),
            scratch,
            results() + i * rowBytes + block * tile.tokenBytes());
      }
    }
  }

  /// Stores results by the rule for NaN.
  private void store(MemorySegment y, MemorySegment scratch, int first, int tokens, int column) {
    int columns = Math.min(BlockTile.ROWS, call.n() - column);
    for (int i = 0; i < tokens; i++) {
      long from = (long) Float.BYTES * BlockTile.ROWS * i;
      long at = Float.BYTES * ((long) (first + i) * call.n() + column);
      for (int j = 0; j < columns; j++) {
        Mem.putF32(y, at + 4L * j, Mem.f32(scratch, from + 4L * j));
      }
    }
  }
}

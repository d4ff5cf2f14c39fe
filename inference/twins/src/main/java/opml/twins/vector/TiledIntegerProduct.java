package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.twins.call.ColumnZeros;
import opml.twins.call.IntegerProductCall;
import opml.twins.call.TwinCall;
import opml.twins.tile.Int8Gemm;
import opml.twins.tile.Int8Tile;

/// `matmul.integer` and its scaled form by the machine tile, where b is constant. A unit is a block of rows of a, or,
/// where these are few, a panel of columns of b: each packs the rows that it takes.
final class TiledIntegerProduct implements PreparedKernel {
  /// Rows of a that are worth a unit of their own.
  private static final int BLOCK = 32;

  private final IntegerProductCall call;
  private final long[] extents;
  private final Int8Gemm gemm;
  private final ProductEnding ending;
  private final int block;
  private final int blocks;
  private final boolean byPanels;

  TiledIntegerProduct(Int8Tile tile, IntegerProductCall call, ColumnZeros zeros, MemorySegment b) {
    this.call = call;
    this.extents = call.extents();
    this.ending = new ProductEnding(call, zeros);
    MemorySegment none = Tensor.allocate((long) Integer.BYTES * call.n());
    this.gemm =
        Int8Gemm.pack(
            tile,
            b,
            1,
            call.n(),
            call.n(),
            call.k(),
            new Int8Gemm.Bytes(call.bUnsigned(), zeros.zero()),
            new Int8Gemm.Bytes(call.aUnsigned(), 0),
            none);
    this.block = Math.min(BLOCK, gemm.blockTokens());
    this.blocks = Math.ceilDiv(call.m(), block);
    this.byPanels = blocks == 1;
  }

  @Override
  public int units() {
    return byPanels ? gemm.panels() : blocks;
  }

  @Override
  public long scratchBytes() {
    return gemm.sumBytes(block) + gemm.packedBytes(block);
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    if (byPanels) {
      multiply(segments, scratch, 0, from, to);
    } else {
      for (int unit = from; unit < to; unit++) {
        multiply(segments, scratch, unit * block, 0, gemm.panels());
      }
    }
    return 0;
  }

  private void multiply(
      MemorySegment[] segments, MemorySegment scratch, int first, int fromPanel, int toPanel) {
    int rows = Math.min(block, call.m() - first);
    long packedAt = gemm.sumBytes(block);
    gemm.packTokens(segments[0], (long) first * call.k(), call.k(), rows, scratch, packedAt);
    int zero = ending.zero(segments);
    for (int panel = fromPanel; panel < toPanel; panel++) {
      gemm.multiply(panel, scratch, packedAt, rows, scratch, 0);
      int column = panel * gemm.panelRows();
      int columns = Math.min(gemm.panelRows(), call.n() - column);
      long stride = (long) Integer.BYTES * gemm.panelRows();
      ending.end(segments, scratch, 0, stride, zero, first, rows, column, columns);
    }
  }
}

package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.Requantiser;
import opml.twins.call.TwinCall;

/// `qlinear.matmul` by the machine tile. A unit is a block of rows of a, or, where these are few, a panel of columns of
/// b: each packs the rows that it takes.
final class TileProduct implements PreparedKernel {
  /// Rows of a that are worth a unit of their own.
  private static final int BLOCK = 32;

  private final QuantisedProductCall call;
  private final long[] extents;
  private final Int8Gemm gemm;
  private final Requantiser end;
  private final int block;
  private final int blocks;
  private final boolean byPanels;

  private TileProduct(Int8Tile tile, QuantisedProductCall call, MemorySegment b) {
    this.call = call;
    this.extents = call.extents();
    // The bias is added where the sums are requantised: it need not be constant.
    MemorySegment none = Tensor.allocate((long) Integer.BYTES * call.n());
    this.gemm =
        Int8Gemm.pack(
            tile,
            b,
            1,
            call.n(),
            call.n(),
            call.k(),
            new Int8Gemm.Bytes(call.bUnsigned(), call.bZero()),
            new Int8Gemm.Bytes(call.aUnsigned(), call.aZero()),
            none);
    this.end = new Requantiser(call.yZero(), call.perColumn(), call.yUnsigned());
    this.block = Math.min(BLOCK, gemm.blockTokens());
    this.blocks = Math.ceilDiv(call.m(), block);
    this.byPanels = blocks == 1;
  }

  static Optional<PreparedKernel> prepare(
      Int8Tile tile, QuantisedProductCall call, MemorySegment b) {
    return call.isOrdinary() ? Optional.of(new TileProduct(tile, call, b)) : Optional.empty();
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
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    TwinCall.check(segments, extents);
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
    for (int panel = fromPanel; panel < toPanel; panel++) {
      gemm.multiply(panel, scratch, packedAt, rows, scratch, 0);
      int column = panel * gemm.panelRows();
      int columns = Math.min(gemm.panelRows(), call.n() - column);
      for (int i = 0; i < rows; i++) {
        end.channels(
            scratch,
            (long) Integer.BYTES * i * gemm.panelRows(),
            segments[2],
            segments[3],
            segments[4],
            column,
            segments[5],
            (long) (first + i) * call.n() + column,
            columns);
      }
    }
  }
}

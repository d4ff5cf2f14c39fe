package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.twins.call.QuantisedProductCall;
import opml.twins.call.Requantiser;
import opml.twins.call.TwinCall;
import org.jspecify.annotations.Nullable;

/// `qlinear.matmul`: the sums are those of [Int8Vectors]; here are the loops around it and the end.
final class QuantisedProductTwin implements PreparedKernel {
  /// Tiles of rows in a unit: their packed rows stay in the second cache while all columns pass.
  private static final int GROUP = 8;

  private final QuantisedProductCall call;
  private final Int8Vectors tile;
  private final Int8Vectors.Layout rowLayout;
  private final Int8Vectors.Layout columnLayout;
  private final long[] extents;
  private final Requantiser end;
  private final int strips;
  private final int groups;
  private final long left; // where packed rows are in the scratch memory
  private final long tail; // where packed columns are
  private final @Nullable MemorySegment right;

  private QuantisedProductTwin(
      QuantisedProductCall call, Int8Vectors tile, List<Optional<Constant>> constants) {
    this.call = call;
    this.tile = tile;
    this.rowLayout = new Int8Vectors.Layout(call.k(), 1, call.aZero(), call.aUnsigned());
    this.columnLayout = new Int8Vectors.Layout(call.n(), 1, call.bZero(), call.bUnsigned());
    this.extents = call.extents();
    this.end = new Requantiser(call.yZero(), call.perColumn(), call.yUnsigned());
    this.strips = (call.n() + tile.columns() - 1) / tile.columns();
    int tiles = (call.m() + tile.rows() - 1) / tile.rows();
    this.groups = (tiles + GROUP - 1) / GROUP;
    this.left =
        Lanes.aligned(4L * tile.rows() * tile.columns()) + Lanes.aligned(tile.scratchBytes());
    this.tail = left + Math.min(GROUP, tiles) * Lanes.aligned(tile.leftBytes(call.k()));
    this.right = constants.get(1).map(Constant::data).map(this::allRight).orElse(null);
  }

  static Optional<PreparedKernel> prepare(
      QuantisedProductCall call, List<Optional<Constant>> constants) {
    return call.isOrdinary()
        ? Optional.of(new QuantisedProductTwin(call, Int8Vectors.of(call.m()), constants))
        : Optional.empty();
  }

  @Override
  public int units() {
    return groups * strips;
  }

  @Override
  public long scratchBytes() {
    return tail + (right == null ? tile.rightBytes(call.k()) : 0);
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    int packed = -1;
    for (int unit = from; unit < to; unit++) {
      int strip = unit % strips;
      int group = unit / strips;
      if (group != packed) {
        packLeft(segments[0], group, scratch);
        packed = group;
      }
      MemorySegment b = right;
      long bAt = strip * Lanes.aligned(tile.rightBytes(call.k()));
      if (b == null) {
        b = scratch;
        bAt = tail;
        packRight(segments[1], strip, scratch, tail);
      }
      multiply(segments, b, bAt, group, strip, scratch);
    }
    return 0;
  }

  private void multiply(
      MemorySegment[] segments,
      MemorySegment b,
      long bAt,
      int group,
      int strip,
      MemorySegment scratch) {
    int columns = tile.columns();
    int first = strip * columns;
    int used = Math.min(columns, call.n() - first);
    long own = Lanes.aligned(4L * tile.rows() * columns);
    int firstRow = group * GROUP * tile.rows();
    int lastRow = Math.min(call.m(), firstRow + GROUP * tile.rows());
    long aAt = left;
    for (int i = firstRow; i < lastRow; i += tile.rows()) {
      tile.multiply(scratch, aAt, b, bAt, call.k(), scratch, 0, scratch, own);
      aAt += Lanes.aligned(tile.leftBytes(call.k()));
      int rows = Math.min(tile.rows(), lastRow - i);
      for (int row = 0; row < rows; row++) {
        end.channels(
            scratch,
            4L * row * columns,
            segments[2],
            segments[3],
            segments[4],
            first,
            segments[5],
            (long) (i + row) * call.n() + first,
            used);
      }
    }
  }

  private void packLeft(MemorySegment a, int group, MemorySegment scratch) {
    int firstRow = group * GROUP * tile.rows();
    int lastRow = Math.min(call.m(), firstRow + GROUP * tile.rows());
    long at = left;
    for (int i = firstRow; i < lastRow; i += tile.rows()) {
      int rows = Math.min(tile.rows(), lastRow - i);
      tile.packLeft(a, (long) i * call.k(), rowLayout, rows, call.k(), scratch, at);
      at += Lanes.aligned(tile.leftBytes(call.k()));
    }
  }

  private MemorySegment allRight(MemorySegment b) {
    long bytes = Lanes.aligned(tile.rightBytes(call.k()));
    MemorySegment packed = Lanes.allocate(strips * bytes);
    for (int strip = 0; strip < strips; strip++) {
      packRight(b, strip, packed, strip * bytes);
    }
    return packed;
  }

  private void packRight(MemorySegment b, int strip, MemorySegment to, long toAt) {
    int first = strip * tile.columns();
    int used = Math.min(tile.columns(), call.n() - first);
    tile.packRight(b, first, columnLayout, used, call.k(), to, toAt);
  }
}

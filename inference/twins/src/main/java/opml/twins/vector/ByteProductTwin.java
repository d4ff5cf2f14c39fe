package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.twins.call.TwinCall;
import org.jspecify.annotations.Nullable;

/// The product of two matrices of bytes, the first and the second segment argument: the sums are those of
/// [Int8Vectors]; here are the loops around them. What becomes of the sums is each kernel's own matter.
abstract class ByteProductTwin implements PreparedKernel {
  /// Tiles of rows in a unit: their packed rows stay in the second cache while all columns pass.
  private static final int GROUP = 8;

  /// Of an (m, k) matrix by a (k, n) one.
  record Size(int m, int n, int k) {}

  private final Int8Vectors tile;
  private final Size size;
  private final Int8Vectors.Layout rowLayout;
  private final Int8Vectors.Layout columnLayout;
  private final long[] extents;
  private final int strips;
  private final int groups;
  private final long left; // where packed rows are in the scratch memory
  private final long tail; // where packed columns are
  private final @Nullable MemorySegment right;

  /// @param rows how the first matrix is read
  /// @param columns how the second one is
  /// @param b the second one, where it is known before
  ByteProductTwin(
      Size size,
      Int8Vectors.Layout rows,
      Int8Vectors.Layout columns,
      long[] extents,
      Optional<MemorySegment> b) {
    this.tile = Int8Vectors.of(size.m);
    this.size = size;
    this.rowLayout = rows;
    this.columnLayout = columns;
    this.extents = extents;
    this.strips = Math.ceilDiv(size.n, tile.columns());
    int tiles = Math.ceilDiv(size.m, tile.rows());
    this.groups = Math.ceilDiv(tiles, GROUP);
    this.left =
        Lanes.aligned(4L * tile.rows() * tile.columns()) + Lanes.aligned(tile.scratchBytes());
    this.tail = left + Math.min(GROUP, tiles) * Lanes.aligned(tile.leftBytes(size.k));
    this.right = b.map(this::allRight).orElse(null);
  }

  /// Makes the result of the sums of some rows and neighbouring columns, which are where the scratch memory begins.
  ///
  /// @param sumStride bytes from the sums of one row to those of the next
  abstract void end(
      MemorySegment[] segments,
      MemorySegment scratch,
      long sumStride,
      int row,
      int rows,
      int column,
      int columns);

  @Override
  public final int units() {
    return groups * strips;
  }

  @Override
  public final long scratchBytes() {
    return tail + (right == null ? tile.rightBytes(size.k) : 0);
  }

  @Override
  public final boolean overwrites() {
    return true;
  }

  @Override
  public final int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
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
      long bAt = strip * Lanes.aligned(tile.rightBytes(size.k));
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
    int first = strip * tile.columns();
    int used = Math.min(tile.columns(), size.n - first);
    long stride = 4L * tile.columns();
    long own = Lanes.aligned(stride * tile.rows());
    int lastRow = lastRow(group);
    long aAt = left;
    for (int i = firstRow(group); i < lastRow; i += tile.rows()) {
      tile.multiply(scratch, aAt, b, bAt, size.k, scratch, 0, scratch, own);
      aAt += Lanes.aligned(tile.leftBytes(size.k));
      end(segments, scratch, stride, i, Math.min(tile.rows(), lastRow - i), first, used);
    }
  }

  private int firstRow(int group) {
    return group * GROUP * tile.rows();
  }

  private int lastRow(int group) {
    return Math.min(size.m, firstRow(group) + GROUP * tile.rows());
  }

  private void packLeft(MemorySegment a, int group, MemorySegment scratch) {
    int lastRow = lastRow(group);
    long at = left;
    for (int i = firstRow(group); i < lastRow; i += tile.rows()) {
      int rows = Math.min(tile.rows(), lastRow - i);
      tile.packLeft(a, (long) i * size.k, rowLayout, rows, size.k, scratch, at);
      at += Lanes.aligned(tile.leftBytes(size.k));
    }
  }

  private MemorySegment allRight(MemorySegment b) {
    long bytes = Lanes.aligned(tile.rightBytes(size.k));
    MemorySegment packed = Lanes.allocate(strips * bytes);
    for (int strip = 0; strip < strips; strip++) {
      packRight(b, strip, packed, strip * bytes);
    }
    return packed;
  }

  private void packRight(MemorySegment b, int strip, MemorySegment to, long toAt) {
    int first = strip * tile.columns();
    int used = Math.min(tile.columns(), size.n - first);
    tile.packRight(b, first, columnLayout, used, size.k, to, toAt);
  }
}

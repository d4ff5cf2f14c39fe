package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ProductCall;
import opml.twins.call.TwinCall;
import opml.twins.tile.FloatTile;
import opml.twins.tile.FloatTiles;
import opml.twins.tile.StripTile;
import org.jspecify.annotations.Nullable;

/// `gemm.f32` and `matmul.f32`.
///
/// b is packed in strips of columns, a in tiles of rows, unless its rows can be read where they are; what is constant
/// is packed once, when the kernel is prepared. A unit is a group of tiles times a strip. Within it the chunks of 256
/// are the outer loop, so that a chunk of the strip stays in the first cache while all tiles of the group pass.
final class ProductTwin implements PreparedKernel {
  /// Rows of a group, whose sums are kept at the same time: b comes from memory once for all of them, and their part of
  /// a chunk stays in the second cache.
  private static final int GROUP = 192;

  // the scratch memory: a tile's chunk, the sums of a group's rows, a strip's addends, a packed, b
  // packed
  private static final long CHUNK = 0;
  private static final long SUMS = Tiles.SIZE;

  private final ProductCall call;
  private final long[] extents;
  private final Strips strips;
  private final @Nullable FloatTile machine;
  private final @Nullable StripTile inPlace; // if rows of a are read where they are
  private final int rows; // of a tile
  private final int groupRows;
  private final int groups;
  private final long groupBytes; // of the packed rows of a group
  private final long addendsAt;
  private final long leftAt;
  private final @Nullable MemorySegment left;
  private final @Nullable MemorySegment right;

  private ProductTwin(
      ProductCall call, List<Optional<Constant>> constants, Optional<FloatTiles> machine) {
    this.call = call;
    this.machine = machine.map(FloatTiles::windows).orElse(null);
    this.inPlace =
        machine.map(FloatTiles::strips).filter(_ -> call.m() > 1 && call.aCol() == 1).orElse(null);
    this.extents = call.extents();
    this.strips = new Strips(call.n(), call.m() == 1);
    this.rows = call.m() == 1 ? 1 : inPlace == null ? 6 : inPlace.rows();
    this.groupRows = Math.min(call.m(), GROUP);
    this.groups = Math.ceilDiv(call.m(), groupRows);
    int packedRows = inPlace == null ? Math.ceilDiv(groupRows, rows) * rows : 0;
    this.groupBytes = Lanes.aligned(4L * packedRows * call.k());
    int summed = Math.max(packedRows, groupRows);
    this.addendsAt = SUMS + Lanes.aligned(4L * summed * strips.widest());
    this.leftAt = addendsAt + Tiles.SIZE;
    boolean packs = inPlace == null;
    this.left = packs ? constants.get(0).map(Constant::data).map(this::allLeft).orElse(null) : null;
    this.right = constants.get(1).map(Constant::data).map(this::allRight).orElse(null);
  }

  static Optional<PreparedKernel> prepare(
      ProductCall call, List<Optional<Constant>> constants, Optional<FloatTiles> machine) {
    return call.isOrdinary()
        ? Optional.of(new ProductTwin(call, constants, machine))
        : Optional.empty();
  }

  @Override
  public int units() {
    return call.batch() * groups * strips.count();
  }

  @Override
  public long scratchBytes() {
    return leftAt
        + (left == null ? groupBytes : 0)
        + (right == null ? 4L * call.k() * strips.widest() : 0);
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
      int strip = unit % strips.count();
      int group = unit / strips.count(); // of all batches
      int t = group / groups;
      MemorySegment a = left;
      long aAt = (call.aBatch() == 0 ? group % groups : group) * groupBytes;
      if (inPlace != null) {
        a = segments[0];
        aAt = 4 * ((long) t * call.aBatch() + (long) (group % groups) * groupRows * call.aRow());
      } else if (a == null) {
        a = scratch;
        aAt = leftAt;
        if (group != packed) {
          packLeft(segments[0], t, group % groups, scratch, leftAt);
          packed = group;
        }
      }
      MemorySegment b = right;
      long bAt = stripAt(call.bBatch() == 0 ? 0 : t, strip);
      if (b == null) {
        b = scratch;
        bAt = leftAt + (left == null ? groupBytes : 0);
        packRight(segments[1], t, strip, scratch, bAt);
      }
      if (inPlace == null) {
        multiply(a, aAt, b, bAt, group % groups, strip, scratch);
      } else {
        multiply(inPlace, a, aAt, b, bAt, group % groups, scratch);
      }
      finish(segments, t, group % groups, strip, scratch);
    }
    return 0;
  }

  /// All sums of a group's tiles and a strip.
  private void multiply(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int group,
      int strip,
      MemorySegment scratch) {
    int tiles = tiles(group);
    int width = strips.width(strip);
    long row = 4L * width;
    for (int k = 0; k < call.k(); k += Sums.CHUNK) {
      int count = Math.min(Sums.CHUNK, call.k() - k);
      long bChunk = bAt + 4L * k * width;
      for (int tile = 0; tile < tiles; tile++) {
        long aChunk = aAt + 4L * rows * ((long) tile * call.k() + k);
        long sums = SUMS + (long) tile * Tiles.SIZE;
        long into = k == 0 ? sums : CHUNK;
        if (rows != 1 && machine != null) {
          machine.packed(a, aChunk, b, bChunk, count, rows, scratch, into, row);
        } else if (rows != 1) {
          Tiles.six(a, aChunk, b, bChunk, count, scratch, into, row);
        } else if (width == Tiles.VECTORS * Lanes.COUNT) {
          Tiles.row(a, aChunk, b, bChunk, count, scratch, into);
        } else {
          Tiles.narrow(a, aChunk, b, bChunk, count, scratch, into);
        }
        if (k > 0) {
          Sums.add(scratch, sums, scratch, CHUNK, rows * width / Lanes.COUNT);
        }
      }
    }
  }

  /// The same where rows of a are read where they are; a chunk is added as it is made.
  private void multiply(
      StripTile tile,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int group,
      MemorySegment scratch) {
    int count = rowsOf(group);
    int tiles = Math.ceilDiv(count, rows);
    long aRow = 4L * call.aRow();
    long row = 4L * strips.widest();
    // What is packed comes from far away: the next strip is asked for while the tiles of this one
    // pass.
    boolean many = right != null && tiles >= tile.many();
    long strip = row * call.k();
    long asked = 0;
    for (int k = 0; k < call.k(); k += Sums.CHUNK) {
      int products = Math.min(Sums.CHUNK, call.k() - k);
      for (int i = 0; i < tiles; i++) {
        int first = StripTile.firstRow(count, i, tiles);
        int height = StripTile.firstRow(count, i + 1, tiles) - first;
        long aChunk = aAt + first * aRow + 4L * k;
        long bChunk = bAt + k * row;
        long sums = SUMS + first * row;
        boolean adds = k > 0;
        if (many) {
          long ahead = asked < strip ? strip - k * row + asked : 0;
          tile.runOneOfMany(
              a, aChunk, aRow, b, bChunk, products, height, scratch, sums, row, adds, ahead);
          asked += StripTile.share(products);
        } else {
          tile.run(a, aChunk, aRow, b, bChunk, products, height, scratch, sums, row, adds);
        }
      }
    }
  }

  private int rowsOf(int group) {
    return Math.min(call.m() - group * groupRows, groupRows);
  }

  /// From sums to outputs: all rows of the group at once, unless each has a c of its own.
  private void finish(
      MemorySegment[] segments, int t, int group, int strip, MemorySegment scratch) {
    MemorySegment y = segments[segments.length - 1];
    int first = strips.first(strip);
    int used = strips.used(strip);
    int width = strips.width(strip);
    int firstRow = group * groupRows;
    int count = rowsOf(group);
    boolean gathered = used < width || y.getClass() != Lanes.NATIVE;
    int together = call.cRow() == 0 ? count : 1;
    if (!call.hasC()) {
      Rows.fill(scratch, addendsAt, 0f, width);
    }
    for (int row = 0; row < count; row += together) {
      int i = firstRow + row;
      if (call.hasC()) {
        long at = 4L * ((long) i * call.cRow() + (long) first * call.cCol());
        Rows.gather(segments[2], at, 4L * call.cCol(), scratch, addendsAt, used);
      }
      long sums = SUMS + 4L * width * row;
      long yAt = 4 * (((long) t * call.m() + i) * call.n() + first);
      if (gathered) {
        finish(scratch, sums, scratch, sums, 4L * width, together, width);
        for (int r = 0; r < together; r++) {
          Rows.copy(scratch, sums + 4L * width * r, y, yAt + 4L * call.n() * r, used);
        }
      } else {
        finish(scratch, sums, y, yAt, 4L * call.n(), together, width);
      }
    }
  }

  private void finish(
      MemorySegment scratch,
      long sums,
      MemorySegment y,
      long yAt,
      long yRow,
      int count,
      int width) {
    int vectors = width / Lanes.COUNT;
    Sums.finish(scratch, sums, call.alpha(), call.beta(), addendsAt, y, yAt, yRow, count, vectors);
  }

  private int tiles(int group) {
    return Math.ceilDiv(rowsOf(group), rows);
  }

  private long stripAt(int t, int strip) {
    return 4L * call.k() * ((long) t * strips.padded() + strips.first(strip));
  }

  private MemorySegment allLeft(MemorySegment a) {
    int batches = call.aBatch() == 0 ? 1 : call.batch();
    MemorySegment packed = Lanes.allocate((long) batches * groups * groupBytes);
    for (int group = 0; group < batches * groups; group++) {
      packLeft(a, group / groups, group % groups, packed, group * groupBytes);
    }
    return packed;
  }

  private MemorySegment allRight(MemorySegment b) {
    int batches = call.bBatch() == 0 ? 1 : call.batch();
    MemorySegment packed = Lanes.allocate(4L * batches * call.k() * strips.padded());
    for (int t = 0; t < batches; t++) {
      for (int strip = 0; strip < strips.count(); strip++) {
        packRight(b, t, strip, packed, stripAt(t, strip));
      }
    }
    return packed;
  }

  /// The rows of a group, tile by tile, in each the elements of one k beside each other.
  private void packLeft(MemorySegment a, int t, int group, MemorySegment to, long toAt) {
    int firstRow = group * groupRows;
    int paddedRows = tiles(group) * rows;
    for (int row = 0; row < paddedRows; row++) {
      long at = toAt + 4L * ((long) (row / rows) * rows * call.k() + row % rows);
      int i = firstRow + row;
      if (i < call.m()) {
        long from = 4 * ((long) t * call.aBatch() + (long) i * call.aRow());
        packRow(a, from, 4L * call.aCol(), to, at);
      } else {
        clearRow(to, at);
      }
    }
  }

  private void packRow(MemorySegment a, long from, long step, MemorySegment to, long at) {
    if (rows == 1) {
      Rows.gather(a, from, step, to, at, call.k());
      return;
    }
    Rows.interleave(a, from, step, to, at, call.k());
  }

  private void clearRow(MemorySegment to, long at) {
    for (int k = 0; k < call.k(); k++) {
      Mem.putI32(to, at + k * 24L, 0);
    }
  }

  /// The columns of a strip, those of one k beside each other, then zeros.
  private void packRight(MemorySegment b, int t, int strip, MemorySegment to, long toAt) {
    int used = strips.used(strip);
    int width = strips.width(strip);
    long from = 4 * ((long) t * call.bBatch() + (long) strips.first(strip) * call.bCol());
    for (int k = 0; k < call.k(); k++) {
      long at = toAt + 4L * k * width;
      Rows.gather(b, from + 4L * k * call.bRow(), 4L * call.bCol(), to, at, used);
      Rows.fill(to, at + 4L * used, 0f, width - used);
    }
  }
}

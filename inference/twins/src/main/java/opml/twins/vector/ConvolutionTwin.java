package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.TwinCall;
import opml.twins.call.Windows;
import opml.twins.tile.FloatTile;
import org.jspecify.annotations.Nullable;

/// The convolutions: products of packed weights, whose rows are output channels, and windows, which are read where they
/// are in an [Image]. Nothing is copied per window; a table says where in the image each of its elements is.
///
/// A unit is some output channels of one group and image, times some rows of the image's outputs. The image is laid out
/// once for all units of a group that follow each other.
abstract class ConvolutionTwin implements PreparedKernel {
  /// About so many cells of the grid are in a unit.
  private static final int PART = 48 * Lanes.COUNT;

  /// What a call of machine code takes, in fused multiply-adds of a vector.
  private static final int CALL = 80;

  /// What a strip takes besides its products, likewise.
  private static final int STRIP = 40;

  /// The cells of the widest tile.
  private static final int WIDEST = Tiles.VECTORS * Lanes.COUNT;

  final ConvolutionCall call;
  private final long[] extents;
  private final Image image;
  private final Reader reader;
  private final MemorySegment table;
  private final long reach; // the greatest of its offsets
  private final @Nullable FloatTile machine;
  private final int[] heights; // channels of each tile, of which the last ones may be nobody's
  private final int[] firsts; // the first channel of each tile, in its group; then behind the last
  private final int tiles;
  private final int partRows; // rows of outputs in a unit
  private final int parts;
  private final long imageBytes;

  // the scratch memory: sums of a tile's channels and a part's cells, the same of one chunk, the
  // image
  private final long row; // bytes of the cells
  private final long chunkAt;
  private final long imageAt;
  private @Nullable MemorySegment weights;

  /// @param reader of the image
  /// @param machine the innermost loop, in place of [Tiles]; the weights are then constant
  ConvolutionTwin(
      ConvolutionCall call, long[] extents, Reader reader, Optional<FloatTile> machine) {
    this.call = call;
    this.extents = extents;
    this.reader = reader;
    this.image = new Image(call.window());
    this.table = table();
    this.reach = greatest(table);
    this.machine = machine.orElse(null);
    int outHeight = call.window().outHeight();
    this.partRows = Math.clamp(PART / image.columns(), 1, outHeight);
    this.parts = (outHeight + partRows - 1) / partRows;
    this.heights =
        machine.map(tile -> cheapest(tile, call.groupOutputs())).orElse(full(call.groupOutputs()));
    this.tiles = heights.length;
    this.firsts = new int[tiles + 1];
    for (int tile = 0; tile < tiles; tile++) {
      firsts[tile + 1] = firsts[tile] + heights[tile];
    }
    this.row = 4L * (partRows * image.columns() + WIDEST);
    this.chunkAt = 6 * row;
    this.imageAt = Lanes.aligned(2 * chunkAt);
    // a tile reads up to its width behind the last output
    this.imageBytes = Lanes.aligned(4 * (call.channels() * image.size() + WIDEST));
  }

  /// The same, with the weights that the other has packed.
  ConvolutionTwin(ConvolutionTwin other) {
    this.call = other.call;
    this.extents = other.extents;
    this.reader = other.reader;
    this.image = other.image;
    this.table = other.table;
    this.reach = other.reach;
    this.machine = other.machine;
    this.partRows = other.partRows;
    this.parts = other.parts;
    this.heights = other.heights;
    this.tiles = other.tiles;
    this.firsts = other.firsts;
    this.row = other.row;
    this.chunkAt = other.chunkAt;
    this.imageAt = other.imageAt;
    this.imageBytes = other.imageBytes;
    this.weights = other.weights;
  }

  /// Packs the weights, if they are constant.
  ///
  /// @return empty if the layout would be too large to have int offsets
  final Optional<PreparedKernel> prepared(Optional<MemorySegment> w) {
    if (imageBytes > Integer.MAX_VALUE / 2) {
      return Optional.empty();
    }
    if (w.isPresent()) {
      long tableBytes = machine == null ? 0 : 2 * table.byteSize();
      MemorySegment packed = Lanes.allocate(call.groups() * groupBytes() + tableBytes);
      if (machine != null) {
        for (int k = 0; k < call.depth(); k++) {
          Mem.putI64(packed, call.groups() * groupBytes() + 8L * k, Mem.i32(table, 4L * k));
        }
      }
      for (int group = 0; group < call.groups(); group++) {
        pack(w.get(), group, packed, group * groupBytes());
      }
      weights = packed;
    }
    return Optional.of(this);
  }

  /// {@return a weight as a float}
  abstract float weight(MemorySegment w, long element);

  /// Makes the first chunk the sums that it is.
  abstract void first(MemorySegment scratch, long sumsAt, int vectors);

  /// Adds a further chunk to the sums.
  abstract void add(MemorySegment scratch, long sumsAt, long chunkAt, int vectors);

  /// Makes outputs of one channel of rows of sums.
  ///
  /// @param output number of the first
  abstract void finish(
      MemorySegment[] segments,
      MemorySegment scratch,
      long sumsAt,
      int channel,
      Image image,
      int rowsY,
      long output);

  /// {@return what [#finish] takes of the scratch memory, from [#endAt] on, for so many rows}
  abstract long endBytes(int rows);

  final long endAt() {
    return Lanes.aligned(imageAt + imageBytes + (weights == null ? groupBytes() : 0));
  }

  @Override
  public final int units() {
    return call.batch() * call.groups() * tiles * parts;
  }

  @Override
  public final long scratchBytes() {
    return endAt() + endBytes(partRows);
  }

  @Override
  public final boolean overwrites() {
    return true;
  }

  @Override
  public final int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    int filled = -1;
    for (int unit = from; unit < to; unit++) {
      int tile = unit % tiles;
      int part = unit / tiles % parts;
      int imageGroup = unit / tiles / parts;
      int group = imageGroup % call.groups();
      MemorySegment w = weights;
      long wAt = group * groupBytes();
      if (w == null) {
        w = scratch;
        wAt = imageAt + imageBytes;
      }
      if (imageGroup != filled) {
        fill(segments[0], imageGroup, scratch);
        if (weights == null) {
          pack(segments[1], group, scratch, wAt);
        }
        filled = imageGroup;
      }
      wAt += 4L * call.depth() * firsts[tile];
      tile(segments, scratch, w, wAt, imageGroup, tile, part);
    }
    return 0;
  }

  private void tile(
      MemorySegment[] segments,
      MemorySegment scratch,
      MemorySegment w,
      long wAt,
      int imageGroup,
      int tile,
      int part) {
    int height = heights[tile];
    int channels = Math.min(height, call.groupOutputs() - firsts[tile]);
    int first = imageGroup * call.groupOutputs() + firsts[tile]; // of all images
    int firstY = part * partRows;
    int rowsY = Math.min(partRows, call.window().outHeight() - firstY);
    int cells = (rowsY - 1) * image.columns() + call.window().outWidth();
    int vectors = Lanes.vectors(cells);
    for (int k = 0; k < call.depth(); k += Sums.CHUNK) {
      long wChunk = wAt + 4L * height * k;
      if (machine == null) {
        chunk(scratch, w, wChunk, height, k, firstY * image.columns(), cells);
      } else {
        chunk(machine, scratch, w, wChunk, height, k, firstY, rowsY);
      }
      for (int i = 0; i < channels; i++) {
        if (k == 0) {
          first(scratch, i * row, vectors);
        } else {
          add(scratch, i * row, chunkAt + i * row, vectors);
        }
      }
    }
    for (int i = 0; i < channels; i++) {
      int channel = (first + i) % call.outChannels();
      long output =
          ((long) (first + i) * call.window().outHeight() + firstY) * call.window().outWidth();
      finish(segments, scratch, i * row, channel, image, rowsY, output);
    }
  }

  /// One chunk of a tile's channels and a part's cells.
  private void chunk(
      MemorySegment scratch, MemorySegment w, long wAt, int height, int k, int begin, int cells) {
    int count = Math.min(Sums.CHUNK, call.depth() - k);
    int width = height == 1 ? WIDEST : 2 * Lanes.COUNT;
    long into = k == 0 ? 0 : chunkAt;
    for (int cell = 0; cell < cells; cell += width) {
      long x = imageAt + 4L * (begin + cell);
      switch (height) {
        case 6 -> Tiles.sixAt(w, wAt, scratch, x, table, 4L * k, count, scratch, into, row);
        case 5 -> Tiles.fiveAt(w, wAt, scratch, x, table, 4L * k, count, scratch, into, row);
        default -> Tiles.rowAt(w, wAt, scratch, x, table, 4L * k, count, scratch, into);
      }
      into += 4L * width;
    }
  }

  /// The same by machine code: all cells of the part, or the outputs of row after row, whichever is less.
  private void chunk(
      FloatTile code,
      MemorySegment scratch,
      MemorySegment w,
      long wAt,
      int height,
      int k,
      int firstY,
      int rowsY) {
    int count = Math.min(Sums.CHUNK, call.depth() - k);
    int columns = image.columns();
    boolean byRows = byRows(code, height, rowsY);
    int calls = byRows ? rowsY : 1;
    int strips = strips(code, height, byRows ? 1 : rowsY);
    long tableAt = call.groups() * groupBytes() + 8L * k;
    long x = imageAt + 4L * firstY * columns;
    long into = k == 0 ? 0 : chunkAt;
    for (int i = 0; i < calls; i++) {
      // Cells behind the end of a row are those of the next, which has the same sums there.
      code.byTable(
          w,
          wAt,
          tableAt,
          reach,
          scratch,
          x + 4L * i * columns,
          count,
          height,
          strips,
          scratch,
          into + 4L * i * columns,
          row);
    }
  }

  /// {@return bytes of the packed weights of a group}
  private long groupBytes() {
    return Lanes.aligned(4L * call.depth() * firsts[tiles]);
  }

  private void fill(MemorySegment x, int imageGroup, MemorySegment scratch) {
    Windows window = call.window();
    long plane = (long) window.inHeight() * window.inWidth();
    for (int channel = 0; channel < call.channels(); channel++) {
      long first = ((long) imageGroup * call.channels() + channel) * plane;
      image.fill(x, first, reader, 0f, scratch, imageAt + 4L * channel * image.size());
    }
  }

  private void pack(MemorySegment w, int group, MemorySegment to, long toAt) {
    int depth = call.depth();
    for (int tile = 0; tile < tiles; tile++) {
      int height = heights[tile];
      long at = toAt + 4L * depth * firsts[tile];
      for (int row = 0; row < height; row++) {
        int channel = firsts[tile] + row;
        long first = ((long) group * call.groupOutputs() + channel) * depth;
        for (int k = 0; k < depth; k++) {
          float value = channel < call.groupOutputs() ? weight(w, first + k) : 0f;
          Mem.putF32(to, at + 4L * ((long) k * height + row), value);
        }
      }
    }
  }

  private MemorySegment table() {
    Windows window = call.window();
    MemorySegment offsets = Lanes.allocate(4L * call.depth());
    int k = 0;
    for (int channel = 0; channel < call.channels(); channel++) {
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          long offset = 4 * (channel * image.size() + image.offset(ky, kx));
          Mem.putI32(offsets, 4L * k, (int) offset);
          k++;
        }
      }
    }
    return offsets;
  }

  private static long greatest(MemorySegment offsets) {
    long greatest = 0;
    for (long at = 0; at < offsets.byteSize(); at += 4) {
      greatest = Math.max(greatest, Mem.i32(offsets, at));
    }
    return greatest;
  }

  /// {@return the strips of the cells of so many rows}
  private int strips(FloatTile code, int height, int rows) {
    int cells = (rows - 1) * image.columns() + call.window().outWidth();
    return Math.ceilDiv(cells, code.width(height) / Float.BYTES);
  }

  /// {@return whether a tile of machine code is called for each row, since the cells between two would be too many}
  private boolean byRows(FloatTile code, int height, int rows) {
    return cost(height, rows, strips(code, height, 1))
        < cost(height, 1, strips(code, height, rows));
  }

  /// {@return about how many fused multiply-adds of a vector take as long as some calls of machine code}
  private long cost(int height, int calls, int strips) {
    int products = Math.min(Sums.CHUNK, call.depth());
    return calls * (CALL + strips * (STRIP + (long) products * height * FloatTile.vectors(height)));
  }

  /// {@return the channels of each tile of machine code, so that they take the least together}
  private int[] cheapest(FloatTile code, int channels) {
    long[] costs = new long[channels + 1]; // of so many channels
    int[] last = new int[channels + 1]; // the channels of the last tile of so many
    for (int all = 1; all <= channels; all++) {
      costs[all] = Long.MAX_VALUE;
      for (int height = 1; height <= Math.min(FloatTile.ROWS, all); height++) {
        boolean byRows = byRows(code, height, partRows);
        int strips = strips(code, height, byRows ? 1 : partRows);
        long cost = costs[all - height] + cost(height, byRows ? partRows : 1, strips);
        if (cost <= costs[all]) {
          costs[all] = cost;
          last[all] = height;
        }
      }
    }
    return IntStream.iterate(channels, all -> all > 0, all -> all - last[all])
        .map(all -> last[all])
        .toArray();
  }

  /// {@return the rows of each of the Vector API's tiles, which have six or five, or one for a group of one channel: so
  /// many of six, with those of five behind them, that the least rows are nobody's}
  private static int[] full(int channels) {
    if (channels == 1) {
      return new int[] {1};
    }
    int[] best = {};
    int least = Integer.MAX_VALUE;
    for (int sixes = 0; 6 * sixes < channels + 6; sixes++) {
      int fives = Math.ceilDiv(Math.max(0, channels - 6 * sixes), 5);
      if (6 * sixes + 5 * fives <= least) {
        least = 6 * sixes + 5 * fives;
        best = new int[sixes + fives];
        Arrays.fill(best, 0, sixes, 6);
        Arrays.fill(best, sixes, best.length, 5);
      }
    }
    return best;
  }
}

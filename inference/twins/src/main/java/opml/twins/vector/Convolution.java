package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.Call;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.Window;
import org.jspecify.annotations.Nullable;

/// The convolutions: products of packed weights, whose rows are output channels, and windows, which are read where they
/// are in an [Image]. Nothing is copied per window; a table says where in the image each of its elements is.
///
/// A unit is some output channels of one group and image, times some of the image's outputs. The image is laid out
/// once for all units of a group that follow each other.
abstract class Convolution implements PreparedKernel {
  /// Cells of the grid in a unit, a multiple of every tile's.
  private static final int PART = 96 * Lanes.COUNT;

  private static final long SUMS = Tiles.SIZE;
  private static final long IMAGE = SUMS + Tiles.SIZE;

  final ConvolutionCall call;
  private final long[] extents;
  private final Image image;
  private final Reader reader;
  private final MemorySegment table;
  private final int sixes; // tiles of six channels; behind them are those of `rows`
  private final int rows; // 4, or 1 for a group of one channel
  private final int tiles;
  private final int parts;
  private final long imageBytes;
  private @Nullable MemorySegment weights;

  /// @param reader of the image
  Convolution(ConvolutionCall call, long[] extents, Reader reader) {
    this.call = call;
    this.extents = extents;
    this.reader = reader;
    this.image = new Image(call.window());
    this.table = table();
    this.rows = call.groupOutputs() == 1 ? 1 : 4;
    this.sixes = rows == 1 ? 0 : sixes(call.groupOutputs());
    this.tiles = sixes + (Math.max(0, call.groupOutputs() - 6 * sixes) + rows - 1) / rows;
    this.parts = (image.span() + PART - 1) / PART;
    // a tile reads up to its width behind the last output
    this.imageBytes = Lanes.aligned(4L * call.channels() * image.size() + Tiles.SIZE);
  }

  /// Packs the weights, if they are constant.
  ///
  /// @return empty if the layout would be too large to have int offsets
  final Optional<PreparedKernel> prepared(Optional<MemorySegment> w) {
    if (imageBytes > Integer.MAX_VALUE / 2) {
      return Optional.empty();
    }
    if (w.isPresent()) {
      MemorySegment packed = Lanes.allocate(call.groups() * groupBytes());
      for (int group = 0; group < call.groups(); group++) {
        pack(w.get(), group, packed, group * groupBytes());
      }
      weights = packed;
    }
    return Optional.of(this);
  }

  /// {@return a weight as a float}
  abstract float weight(MemorySegment w, long element);

  /// `sum = sum + chunk` for the chunk at 0.
  abstract void add(MemorySegment scratch, long sumsAt);

  /// Makes outputs of one channel of some of the sums.
  ///
  /// @param begin first of the cells whose sums are at `sumsAt`
  abstract void finish(
      MemorySegment[] segments,
      MemorySegment scratch,
      long sumsAt,
      int channel,
      Image image,
      int begin,
      int end,
      long plane);

  @Override
  public final int units() {
    return call.batch() * call.groups() * tiles * parts;
  }

  @Override
  public final long scratchBytes() {
    return IMAGE + imageBytes + (weights == null ? groupBytes() : 0);
  }

  @Override
  public final boolean overwrites() {
    return true;
  }

  @Override
  public final int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    Call.check(segments, extents);
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
        wAt = IMAGE + imageBytes;
      }
      if (imageGroup != filled) {
        fill(segments[0], imageGroup, scratch);
        if (weights == null) {
          pack(segments[1], group, scratch, wAt);
        }
        filled = imageGroup;
      }
      wAt += 4L * call.depth() * firstRow(tile);
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
    int height = tile < sixes ? 6 : rows;
    int width = Tiles.VECTORS / height * Lanes.COUNT;
    int channels = Math.min(height, call.groupOutputs() - firstRow(tile));
    int first = imageGroup * call.groupOutputs() + firstRow(tile); // of all images
    int last = Math.min(image.span(), (part + 1) * PART);
    for (int cell = part * PART; cell < last; cell += width) {
      sum(scratch, w, wAt, height, cell);
      int end = Math.min(last, cell + width);
      for (int i = 0; i < channels; i++) {
        long plane = (long) (first + i) * call.window().outHeight() * call.window().outWidth();
        finish(
            segments,
            scratch,
            SUMS + 4L * i * width,
            (first + i) % call.outChannels(),
            image,
            cell,
            end,
            plane);
      }
    }
  }

  /// The sums of a tile's channels and the cells from `cell` on.
  private void sum(MemorySegment scratch, MemorySegment w, long wAt, int height, int cell) {
    Sums.clear(scratch, SUMS, Tiles.VECTORS);
    long x = IMAGE + 4L * cell;
    int depth = call.depth();
    for (int k = 0; k < depth; k += Sums.CHUNK) {
      int count = Math.min(Sums.CHUNK, depth - k);
      long chunk = wAt + 4L * height * k;
      switch (height) {
        case 6 -> Tiles.sixAt(w, chunk, scratch, x, table, 4L * k, count, scratch, 0);
        case 4 -> Tiles.fourAt(w, chunk, scratch, x, table, 4L * k, count, scratch, 0);
        default -> Tiles.rowAt(w, chunk, scratch, x, table, 4L * k, count, scratch, 0);
      }
      add(scratch, SUMS);
    }
  }

  /// {@return the first channel of a tile, in its group}
  private int firstRow(int tile) {
    return tile <= sixes ? 6 * tile : 6 * sixes + rows * (tile - sixes);
  }

  /// {@return bytes of the packed weights of a group}
  private long groupBytes() {
    return Lanes.aligned(4L * call.depth() * firstRow(tiles));
  }

  private void fill(MemorySegment x, int imageGroup, MemorySegment scratch) {
    Window window = call.window();
    long plane = (long) window.inHeight() * window.inWidth();
    for (int channel = 0; channel < call.channels(); channel++) {
      long first = ((long) imageGroup * call.channels() + channel) * plane;
      image.fill(x, first, reader, 0f, scratch, IMAGE + 4L * channel * image.size());
    }
  }

  private void pack(MemorySegment w, int group, MemorySegment to, long toAt) {
    int depth = call.depth();
    for (int tile = 0; tile < tiles; tile++) {
      int height = tile < sixes ? 6 : rows;
      long at = toAt + 4L * depth * firstRow(tile);
      for (int row = 0; row < height; row++) {
        int channel = firstRow(tile) + row;
        long first = ((long) group * call.groupOutputs() + channel) * depth;
        for (int k = 0; k < depth; k++) {
          float value = channel < call.groupOutputs() ? weight(w, first + k) : 0f;
          Mem.putF32(to, at + 4L * ((long) k * height + row), value);
        }
      }
    }
  }

  private MemorySegment table() {
    Window window = call.window();
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

  /// {@return how many tiles of six, with tiles of four behind them, leave the least rows empty}
  private static int sixes(int channels) {
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int sixes = 0; 6 * sixes < channels + 6; sixes++) {
      int fours = (Math.max(0, channels - 6 * sixes) + 3) / 4;
      if (6 * sixes + 4 * fours <= least) {
        least = 6 * sixes + 4 * fours;
        best = sixes;
      }
    }
    return best;
  }
}

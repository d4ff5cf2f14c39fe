package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.TwinCall;
import opml.twins.tile.StripTile;

/// `conv2d.f32` whose windows are single pixels, with constant weights: a product of the weights, row by row, and of
/// the planes, of which a strip of pixels is packed at a time.
///
/// A unit is a strip times a group of output channels, whose weights stay in the second cache while all strips pass.
/// Within it the chunks of 256 are the outer loop, so that a chunk of the strip stays in the first cache.
@SuppressWarnings("NarrowCalculation") // within a tensor, whose bytes an int counts
final class PointwiseTwin implements PreparedKernel {
  /// Output channels of a group, at most.
  private static final int MANY_ROWS = 192;

  private static final int WIDTH = StripTile.VECTORS * Lanes.COUNT;
  private static final long ROW = (long) StripTile.VECTORS * BYTES;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private final ConvolutionCall call;
  private final long[] extents;
  private final StripTile tile;
  private final MemorySegment weights;
  private final int pixels;
  private final int strips;
  private final int groupRows;
  private final int groups;

  // the scratch memory: sums of a group's channels, their biases, a packed strip
  private final long biasesAt;
  private final long stripAt;

  private final Bounds bounds;

  private PointwiseTwin(ConvolutionCall call, MemorySegment weights, StripTile tile) {
    this.bounds = Bounds.NONE;
    this.call = call;
    this.extents = call.extents();
    this.tile = tile;
    this.pixels = call.window().outHeight() * call.window().outWidth();
    this.strips = Math.ceilDiv(pixels, WIDTH);
    this.groups = Math.ceilDiv(call.outChannels(), MANY_ROWS);
    this.groupRows = Math.ceilDiv(call.outChannels(), groups);
    this.biasesAt = ROW * groupRows;
    this.stripAt = biasesAt + Lanes.aligned(4L * groupRows);
    this.weights = Lanes.allocate(4L * call.depth() * call.outChannels());
    for (int group = 0; group < groups; group++) {
      packWeights(weights, group);
    }
  }

  /// The same, with the weights that the other has packed.
  private PointwiseTwin(PointwiseTwin other, Bounds bounds) {
    this.bounds = bounds;
    this.call = other.call;
    this.extents = other.extents;
    this.tile = other.tile;
    this.pixels = other.pixels;
    this.strips = other.strips;
    this.groups = other.groups;
    this.groupRows = other.groupRows;
    this.biasesAt = other.biasesAt;
    this.stripAt = other.stripAt;
    this.weights = other.weights;
  }

  @Override
  public Optional<PreparedKernel> then(
      Kernel other, long[] scalars, List<Optional<Constant>> constants) {
    return bounds
        .then(other, scalars, constants, call.outputs())
        .map(both -> new PointwiseTwin(this, both));
  }

  /// @return empty if the windows are others
  static Optional<PreparedKernel> prepare(
      ConvolutionCall call, MemorySegment weights, StripTile tile) {
    return call.isPointwise() && call.groups() == 1
        ? Optional.of(new PointwiseTwin(call, weights, tile))
        : Optional.empty();
  }

  @Override
  public int units() {
    return call.batch() * groups * strips;
  }

  @Override
  public long scratchBytes() {
    return stripAt + ROW * call.depth();
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public boolean reads(int argument) {
    return argument != 1;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    for (int i = 0; i < extents.length; i++) {
      if (reads(i)) {
        TwinCall.check(segments, i, extents[i]);
      }
    }
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    for (int unit = from; unit < to; unit++) {
      int strip = unit % strips;
      int group = unit / strips % groups;
      int image = unit / strips / groups;
      int firstRow = group * groupRows;
      int rows = rowsOf(group);
      packStrip(segments[0], image, strip, scratch);
      multiply(group, scratch);
      Rows.copy(segments[2], 4L * firstRow, scratch, biasesAt, rows);
      long output = ((long) image * call.outChannels() + firstRow) * pixels + strip * WIDTH;
      finish(segments[3], output, Math.min(WIDTH, pixels - strip * WIDTH), rows, scratch);
    }
    return 0;
  }

  private void packStrip(MemorySegment x, int image, int strip, MemorySegment scratch) {
    int first = strip * WIDTH;
    long from = 4 * ((long) image * call.inChannels() * pixels + first);
    long plane = 4L * pixels;
    int whole =
        0; // channels that have a strip's pixels behind each other, those of the next plane too
    if (x.getClass() == NATIVE && x.byteSize() - from >= ROW) {
      whole = (int) Math.min(call.depth(), (x.byteSize() - from - ROW) / plane + 1);
      packVectors(x, from, plane, scratch, stripAt, whole);
    }
    for (int k = whole; k < call.depth(); k++) {
      int used = Math.min(WIDTH, pixels - first);
      Rows.copy(x, from + k * plane, scratch, stripAt + k * ROW, used);
      Rows.fill(scratch, stripAt + k * ROW + 4L * used, 0f, WIDTH - used);
    }
  }

  private static void packVectors(
      MemorySegment x, long from, long plane, MemorySegment to, long toAt, int channels) {
    if (x.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int k = 0; k < channels; k++) {
      long at = from + k * plane;
      long into = toAt + k * ROW;
      FloatVector first = FloatVector.fromMemorySegment(FLOATS, x, at, ORDER);
      FloatVector second = FloatVector.fromMemorySegment(FLOATS, x, at + BYTES, ORDER);
      first.intoMemorySegment(to, into, ORDER);
      second.intoMemorySegment(to, into + BYTES, ORDER);
    }
  }

  private int rowsOf(int group) {
    return Math.min(groupRows, call.outChannels() - group * groupRows);
  }

  /// Packs the weights of a group as they are read: chunk by chunk, in it tile by tile, in it the elements of one k
  /// beside each other.
  private void packWeights(MemorySegment from, int group) {
    int rows = rowsOf(group);
    int tiles = Math.ceilDiv(rows, tile.rows());
    long rowBytes = 4L * call.depth();
    long at = rowBytes * group * groupRows;
    for (int k = 0; k < call.depth(); k += Sums.CHUNK) {
      int products = Math.min(Sums.CHUNK, call.depth() - k);
      for (int i = 0; i < tiles; i++) {
        int first = StripTile.firstRow(rows, i, tiles);
        int height = StripTile.firstRow(rows, i + 1, tiles) - first;
        for (int r = 0; r < height; r++) {
          long source = rowBytes * (group * groupRows + first + r) + 4L * k;
          for (int p = 0; p < products; p++) {
            long place = at + 4L * ((long) p * height + r);
            Mem.putI32(weights, place, Mem.i32(from, source + 4L * p));
          }
        }
        at += 4L * products * height;
      }
    }
  }

  private void multiply(int group, MemorySegment scratch) {
    int rows = rowsOf(group);
    int tiles = Math.ceilDiv(rows, tile.rows());
    long at = 4L * call.depth() * group * groupRows;
    for (int k = 0; k < call.depth(); k += Sums.CHUNK) {
      int products = Math.min(Sums.CHUNK, call.depth() - k);
      long strip = stripAt + k * ROW;
      for (int i = 0; i < tiles; i++) {
        int first = StripTile.firstRow(rows, i, tiles);
        int height = StripTile.firstRow(rows, i + 1, tiles) - first;
        long sums = first * ROW;
        boolean adds = k > 0;
        tile.runPacked(weights, at, scratch, strip, products, height, scratch, sums, ROW, adds);
        at += 4L * products * height;
      }
    }
  }

  private void finish(MemorySegment y, long output, int used, int rows, MemorySegment scratch) {
    long plane = 4L * pixels;
    if (used == WIDTH && y.getClass() == NATIVE) {
      bias(scratch, biasesAt, bounds.least(), bounds.most(), y, 4 * output, plane, rows);
      return;
    }
    bias(scratch, biasesAt, bounds.least(), bounds.most(), scratch, 0, ROW, rows);
    for (int row = 0; row < rows; row++) {
      Rows.copy(scratch, row * ROW, y, 4 * output + row * plane, used);
    }
  }

  /// `y = min(most, max(least, sum + bias))` as [Bounds] has it, each row with its own bias, with the canonical NaN; y
  /// may be the sums.
  private static void bias(
      MemorySegment sums,
      long biasesAt,
      float least,
      float most,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows) {
    if (sums.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      float bias = sums.get(FLOAT, biasesAt + 4L * row);
      long at = row * ROW;
      long into = yAt + row * yRow;
      FloatVector first = FloatVector.fromMemorySegment(FLOATS, sums, at, ORDER).add(0f).add(bias);
      FloatVector second =
          FloatVector.fromMemorySegment(FLOATS, sums, at + BYTES, ORDER).add(0f).add(bias);
      first = first.blend(least, first.compare(VectorOperators.LT, least));
      second = second.blend(least, second.compare(VectorOperators.LT, least));
      first = first.blend(most, first.compare(VectorOperators.GT, most));
      second = second.blend(most, second.compare(VectorOperators.GT, most));
      first.blend(Lanes.NAN, first.test(VectorOperators.IS_NAN)).intoMemorySegment(y, into, ORDER);
      second
          .blend(Lanes.NAN, second.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, into + BYTES, ORDER);
    }
  }
}

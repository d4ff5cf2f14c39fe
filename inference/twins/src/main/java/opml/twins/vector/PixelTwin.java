package opml.twins.vector;

import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import opml.engine.run.PreparedKernel;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.TwinCall;
import opml.twins.tile.ConvolutionTiles;
import opml.twins.tile.FloatTiles;
import opml.twins.tile.Int8Gemm;

/// `qlinear.conv2d` whose windows are single pixels, with constant weights, by the machine tile of bytes. What
/// elsewhere are the tile's weights are the pixels here, of which panels are packed at each call, and its tokens are
/// the output channels: so sums of a channel's pixels lie beside each other, as the outputs do.
///
/// A unit is some panels of pixels times all output channels, or a part of these where there are few pixels.
@SuppressWarnings("NarrowCalculation") // within a tensor, whose bytes an int counts
final class PixelTwin implements PreparedKernel {
  private static final VectorSpecies<Byte> OCTETS =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  private static final int LEAST_LANES = 8;

  /// Panels of a unit: their pixels are enough to end a channel's sums in one go, and stay in the second cache.
  private static final int PANELS = 8;

  /// Channels whose sums are kept at a time, in the first cache.
  private static final int CHANNELS = 32;

  /// Units of the same pixels, where there are no others.
  private static final int PARTS = 4;

  private final QuantisedConvolutionCall call;
  private final ConvolutionCall shape;
  private final long[] extents;
  private final Int8Gemm gemm;
  private final MemorySegment weights;
  private final long weightBytes; // of a channel
  private final ByteEnding end;
  private final int pixels;
  private final int panelPixels;
  private final int blocks;
  private final int parts;
  private final int partChannels;

  // the scratch memory: sums of some channels and a block's pixels, packed panels, four rows of
  // pixels
  private final long sumRow;
  private final long panelsAt;
  private final long rowsAt;
  private final long endAt;

  private PixelTwin(
      QuantisedConvolutionCall call,
      MemorySegment w,
      Int8Gemm gemm,
      Optional<ConvolutionTiles> tiles) {
    this.call = call;
    this.shape = call.convolution();
    this.extents = call.extents();
    this.gemm = gemm;
    this.weightBytes = gemm.packedBytes(1);
    this.weights = Lanes.allocate(shape.outChannels() * weightBytes);
    gemm.packTokens(w, 0, shape.depth(), shape.outChannels(), weights, 0);
    this.end = new ByteEnding(call, tiles);
    this.pixels = shape.window().outHeight() * shape.window().outWidth();
    this.panelPixels = gemm.panelRows();
    int panels = Math.min(PANELS, Math.ceilDiv(pixels, panelPixels));
    this.blocks = Math.ceilDiv(pixels, panels * panelPixels);
    this.parts = blocks >= PARTS ? 1 : Math.clamp(shape.outChannels() / CHANNELS, 1, PARTS);
    this.partChannels = Math.ceilDiv(shape.outChannels(), parts);
    this.sumRow = (long) Integer.BYTES * panels * panelPixels;
    this.panelsAt = CHANNELS * sumRow;
    this.rowsAt = panelsAt + panels * Lanes.aligned(gemm.panelBytes());
    this.endAt = rowsAt + Lanes.aligned(4L * panelPixels);
  }

  /// @return empty if the windows are others, or the weights' zero point is
  static Optional<PreparedKernel> prepare(
      QuantisedConvolutionCall call, MemorySegment weights, FloatTiles tiles) {
    ConvolutionCall shape = call.convolution();
    if (!shape.isPointwise() || shape.groups() != 1 || COUNT < LEAST_LANES) {
      return Optional.empty();
    }
    return Int8Gemm.ofPanels(
            tiles.bytes(),
            shape.depth(),
            new Int8Gemm.Bytes(call.xUnsigned(), call.xZero()),
            new Int8Gemm.Bytes(call.wUnsigned(), call.wZero()))
        .filter(gemm -> gemm.panelRows() == 2 * COUNT)
        .map(gemm -> new PixelTwin(call, weights, gemm, tiles.convolutions()));
  }

  @Override
  public int units() {
    return shape.batch() * blocks * parts;
  }

  @Override
  public long scratchBytes() {
    return endAt + ByteEnding.scratchBytes(CHANNELS);
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
    int filled = -1;
    for (int unit = from; unit < to; unit++) {
      int part = unit % parts;
      int imageBlock = unit / parts;
      int image = imageBlock / blocks;
      int perBlock = (int) (sumRow / Integer.BYTES);
      int first = imageBlock % blocks * perBlock;
      int count = Math.min(perBlock, pixels - first);
      if (imageBlock != filled) {
        for (int panel = 0; panel * panelPixels < count; panel++) {
          pack(segments[0], image, first + panel * panelPixels, scratch, panelAt(panel));
        }
        filled = imageBlock;
      }
      int toChannel = Math.min((part + 1) * partChannels, shape.outChannels());
      for (int channel = part * partChannels; channel < toChannel; channel += CHANNELS) {
        int channels = Math.min(CHANNELS, toChannel - channel);
        multiply(segments, scratch, image, channel, channels, first, count);
      }
    }
    return 0;
  }

  private long panelAt(int panel) {
    return panelsAt + panel * Lanes.aligned(gemm.panelBytes());
  }

  private void multiply(
      MemorySegment[] segments,
      MemorySegment scratch,
      int image,
      int channel,
      int channels,
      int first,
      int count) {
    for (int panel = 0; panel * panelPixels < count; panel++) {
      gemm.multiply(
          scratch,
          panelAt(panel),
          weights,
          channel * weightBytes,
          channels,
          scratch,
          (long) Integer.BYTES * panel * panelPixels,
          sumRow);
    }
    end.rows(
        scratch,
        0,
        sumRow,
        segments,
        channel,
        1,
        ((long) image * shape.outChannels() + channel) * pixels + first,
        pixels,
        count,
        channels,
        scratch,
        endAt);
  }

  private void pack(MemorySegment x, int image, int first, MemorySegment to, long toAt) {
    long from = (long) image * shape.inChannels() * pixels + first;
    int depth = shape.depth();
    int flip = call.xUnsigned() ? 0 : 0x8080_8080;
    long start = gemm.panelStartBytes();
    long at = toAt + start;
    Rows.fill(to, toAt, 0f, (int) (start / Float.BYTES));
    int whole = 0; // groups of four channels that have a panel's pixels behind each other
    if (x.getClass() == NATIVE && x.byteSize() - from >= panelPixels) {
      long planes = Math.min(depth, (x.byteSize() - from - panelPixels) / pixels + 1);
      whole = (int) planes / 4;
      interleave(x, from, pixels, flip, to, at, whole);
    }
    int used = Math.min(panelPixels, pixels - first);
    for (int k = 4 * whole; k < depth; k += 4) {
      // The last rows by way of the scratch memory, since vectors would go over their end.
      Rows.fill(to, rowsAt, 0f, panelPixels);
      for (int i = 0; i < Math.min(4, depth - k); i++) {
        MemorySegment.copy(
            x, from + (long) (k + i) * pixels, to, rowsAt + (long) i * panelPixels, used);
      }
      interleave(to, rowsAt, panelPixels, flip, to, at + (long) k * panelPixels, 1);
    }
    int packed = (depth + 3) & -4;
    long rest = gemm.panelBytes() - start - (long) packed * panelPixels;
    Rows.fill(to, at + (long) packed * panelPixels, 0f, (int) (rest / Float.BYTES));
  }

  /// Packs the pixels of a panel: of each four channels, four bytes of each pixel.
  private static void interleave(
      MemorySegment x, long from, long plane, int flip, MemorySegment to, long toAt, int groups) {
    if (x.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int group = 0; group < groups; group++) {
      for (int half = 0; half < 2; half++) {
        long at = from + 4 * group * plane + (long) half * COUNT;
        IntVector first = octets(x, at);
        IntVector second = octets(x, at + plane).lanewise(VectorOperators.LSHL, 8);
        IntVector third = octets(x, at + 2 * plane).lanewise(VectorOperators.LSHL, 16);
        IntVector fourth = octets(x, at + 3 * plane).lanewise(VectorOperators.LSHL, 24);
        first
            .or(second)
            .or(third.or(fourth))
            .lanewise(VectorOperators.XOR, flip)
            .intoMemorySegment(to, toAt + (2L * group + half) * Lanes.BYTES, ORDER);
      }
    }
  }

  private static IntVector octets(MemorySegment x, long at) {
    return (IntVector)
        ByteVector.fromMemorySegment(OCTETS, x, at, ORDER)
            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
  }
}

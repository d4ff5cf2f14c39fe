package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.kernels.memory.Mem;
import opml.twins.call.ConvolutionCall;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.Requantiser;
import opml.twins.call.TwinCall;
import opml.twins.call.Windows;

/// `qlinear.conv2d` by the machine tile: windows are copied into rows, padding as x's zero point, which adds nothing. A
/// unit is a block of windows of one image and group.
final class TileConvolution implements PreparedKernel {
  /// Windows that are worth a unit of their own.
  private static final int BLOCK = 64;

  /// Products of an output for which floats are as good.
  private static final int FEW = 32;

  private final QuantisedConvolutionCall call;
  private final ConvolutionCall shape;
  private final Windows window;
  private final long[] extents;
  private final List<Int8Gemm> groups = new ArrayList<>();
  private final Requantiser end;
  private final int depth;
  private final int outputs;
  private final int block;
  private final int blocks;

  private TileConvolution(Int8Tile tile, QuantisedConvolutionCall call, MemorySegment w) {
    this.call = call;
    this.shape = call.convolution();
    this.window = shape.window();
    this.extents = call.extents();
    this.depth = shape.depth();
    int rows = shape.groupOutputs();
    MemorySegment none = Tensor.allocate((long) Integer.BYTES * rows);
    long bytes = (long) rows * depth;
    for (int group = 0; group < shape.groups(); group++) {
      groups.add(
          Int8Gemm.pack(
              tile,
              w.asSlice(group * bytes, bytes),
              depth,
              1,
              rows,
              depth,
              new Int8Gemm.Bytes(call.wUnsigned(), call.wZero()),
              new Int8Gemm.Bytes(call.xUnsigned(), call.xZero()),
              none));
    }
    this.end = new Requantiser(call.yZero(), call.perChannel(), call.yUnsigned());
    this.outputs = window.outHeight() * window.outWidth();
    this.block = Math.min(BLOCK, groups.getFirst().blockTokens());
    this.blocks = Math.ceilDiv(outputs, block);
  }

  static Optional<PreparedKernel> prepare(
      Int8Tile tile, QuantisedConvolutionCall call, MemorySegment w) {
    return call.isOrdinary() && !isOfVectors(tile, call)
        ? Optional.of(new TileConvolution(tile, call, w))
        : Optional.empty();
  }

  /// {@return whether vectors do it sooner: windows of few products are copied for too few of them, and pixels need not
  /// be copied at all}
  private static boolean isOfVectors(Int8Tile tile, QuantisedConvolutionCall call) {
    ConvolutionCall shape = call.convolution();
    boolean pixels =
        shape.isPointwise()
            && shape.groups() == 1
            && tile.group() == Integer.BYTES
            && call.wZero() == (call.wUnsigned() ? 128 : 0);
    return shape.depth() < FEW || pixels;
  }

  @Override
  public int units() {
    return shape.batch() * shape.groups() * blocks;
  }

  @Override
  public long scratchBytes() {
    return windowsAt() + (long) block * depth + Long.BYTES;
  }

  private long windowsAt() {
    Int8Gemm any = groups.getFirst();
    return any.sumBytes(block) + any.packedBytes(block);
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    TwinCall.check(segments, extents);
    for (int unit = from; unit < to; unit++) {
      multiply(segments, scratch, unit / blocks, unit % blocks * block);
    }
    return 0;
  }

  /// @param imageGroup number of the group, counted over all images
  private void multiply(
      MemorySegment[] segments, MemorySegment scratch, int imageGroup, int first) {
    int group = imageGroup % shape.groups();
    Int8Gemm gemm = groups.get(group);
    int count = Math.min(block, outputs - first);
    long windowsAt = windowsAt();
    long plane = (long) window.inHeight() * window.inWidth();
    long image = (long) imageGroup * shape.channels() * plane;
    for (int i = 0; i < count; i++) {
      copyWindow(segments[0], image, first + i, scratch, windowsAt + (long) i * depth);
    }
    long packedAt = gemm.sumBytes(block);
    gemm.packTokens(scratch, windowsAt, depth, count, scratch, packedAt);
    long step = (long) Integer.BYTES * gemm.panelRows();
    for (int panel = 0; panel < gemm.panels(); panel++) {
      gemm.multiply(panel, scratch, packedAt, count, scratch, 0);
      int row = panel * gemm.panelRows();
      int rows = Math.min(gemm.panelRows(), shape.groupOutputs() - row);
      for (int i = 0; i < rows; i++) {
        int channel = group * shape.groupOutputs() + row + i;
        long output = (long) imageGroup * shape.groupOutputs() + row + i;
        end.channel(
            scratch,
            (long) Integer.BYTES * i,
            step,
            segments[2],
            segments[3],
            segments[4],
            channel,
            segments[5],
            output * outputs + first,
            count);
      }
    }
  }

  private void copyWindow(MemorySegment x, long image, int output, MemorySegment to, long toAt) {
    int top = output / window.outWidth() * window.strideHeight() - window.padTop();
    int left = output % window.outWidth() * window.strideWidth() - window.padLeft();
    long at = toAt;
    for (int channel = 0; channel < shape.channels(); channel++) {
      long plane = image + (long) channel * window.inHeight() * window.inWidth();
      for (int ky = 0; ky < window.kernelHeight(); ky++) {
        int iy = top + ky * window.dilationHeight();
        boolean inside = iy >= 0 && iy < window.inHeight();
        long row = plane + (long) iy * window.inWidth();
        for (int kx = 0; kx < window.kernelWidth(); kx++) {
          int ix = left + kx * window.dilationWidth();
          boolean there = inside && ix >= 0 && ix < window.inWidth();
          Mem.putI8(to, at, there ? Mem.i8(x, row + ix) : call.xZero());
          at++;
        }
      }
    }
  }
}

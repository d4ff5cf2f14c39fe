package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.PoolCall;
import opml.twins.call.TwinCall;
import opml.twins.call.Windows;
import org.jspecify.annotations.Nullable;

/// `maxpool.f32` and `averagepool.f32`, a plane a unit.
///
/// Where no window reaches over the edge, planes are read where they are, a row of windows that are one element apart at
/// a time, of which every stride-th is an output. Else each is laid out as an [Image]. Padding is -infinity for a
/// maximum, which no other element is below, and +0 for a sum from +0, which it changes no more.
final class PoolTwin implements PreparedKernel {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);

  private final PoolCall call;
  private final long[] extents;
  private final Image image;
  private final boolean inside; // whether no window reaches over the edge
  private final MemorySegment table; // where each of the kernel's cells is
  private final int cells;
  private final @Nullable MemorySegment counts; // what to divide by, in a grid; none for a maximum
  private final int rows; // of the grid
  private final int vectors; // of a row of the grid
  private final long first; // where the first window is in a plane that is read where it is
  private final long row; // bytes from there to the next row's
  private final long reach; // bytes of such a plane that are read, and maybe some behind it
  private final long grid; // where it is in the scratch memory

  private PoolTwin(PoolCall call, boolean averages) {
    Windows window = call.window();
    this.call = call;
    this.extents = call.extents();
    this.image = new Image(window);
    this.inside = window.isInside();
    this.cells = window.kernelHeight() * window.kernelWidth();
    this.rows = inside ? window.outHeight() : 1;
    this.vectors =
        Lanes.vectors(inside ? (window.outWidth() - 1) * window.strideWidth() + 1 : image.span());
    this.first = -4L * (window.padTop() * window.inWidth() + window.padLeft());
    this.row = 4L * window.strideHeight() * window.inWidth();
    this.table = Lanes.allocate(4L * cells);
    int greatest = 0;
    for (int ky = 0; ky < window.kernelHeight(); ky++) {
      for (int kx = 0; kx < window.kernelWidth(); kx++) {
        int offset =
            inside
                ? ky * window.dilationHeight() * window.inWidth() + kx * window.dilationWidth()
                : image.offset(ky, kx);
        greatest = Math.max(greatest, 4 * offset);
        Mem.putI32(table, 4L * (ky * window.kernelWidth() + kx), 4 * offset);
      }
    }
    this.reach = first + (rows - 1) * row + greatest + (long) vectors * BYTES;
    // the last vector reads behind the last output
    long plane = Math.max(reach, 4L * window.inHeight() * window.inWidth());
    this.grid = Lanes.aligned(inside ? plane : 4 * image.size() + BYTES);
    this.counts = averages ? counts() : null;
  }

  static Optional<PreparedKernel> max(PoolCall call) {
    return call.isOrdinary() ? Optional.of(new PoolTwin(call, false)) : Optional.empty();
  }

  static Optional<PreparedKernel> average(PoolCall call) {
    return call.isOrdinary() ? Optional.of(new PoolTwin(call, true)) : Optional.empty();
  }

  @Override
  public int units() {
    return call.planes();
  }

  @Override
  public long scratchBytes() {
    return grid + (long) rows * vectors * BYTES;
  }

  @Override
  public boolean overwrites() {
    return true;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    TwinCall.check(segments, extents);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    Windows window = call.window();
    long in = (long) window.inHeight() * window.inWidth();
    long out = (long) window.outHeight() * window.outWidth();
    float padding = counts == null ? Float.NEGATIVE_INFINITY : 0f;
    for (int plane = from; plane < to; plane++) {
      MemorySegment x = scratch;
      long xAt = 0;
      if (!inside) {
        image.fill(segments[0], plane * in, Reader.FLOATS, padding, scratch, 0);
      } else if (isThere(segments[0], 4 * plane * in)) {
        x = segments[0];
        xAt = 4 * plane * in + first;
      } else {
        Rows.copy(segments[0], 4 * plane * in, scratch, 0, (int) in);
        xAt = first;
      }
      if (counts == null) {
        max(x, xAt, row, table, cells, scratch, grid, rows, vectors);
      } else {
        average(x, xAt, row, table, cells, counts, scratch, grid, rows, vectors);
      }
      if (inside) {
        decimate(scratch, segments[1], plane * out);
      } else {
        image.copyRows(scratch, grid, window.outHeight(), segments[1], plane * out);
      }
    }
    return 0;
  }

  /// {@return whether a plane can be read where it is, in whole vectors}
  private boolean isThere(MemorySegment x, long plane) {
    return x.getClass() == NATIVE && plane + reach <= x.byteSize();
  }

  /// Copies every stride-th of each row of the grid.
  private void decimate(MemorySegment scratch, MemorySegment y, long output) {
    int width = call.window().outWidth();
    long step = 4L * call.window().strideWidth();
    for (int oy = 0; oy < rows; oy++) {
      long from = grid + (long) oy * vectors * BYTES;
      Rows.gather(scratch, from, step, y, 4 * (output + (long) oy * width), width);
    }
  }

  private static void max(
      MemorySegment x,
      long xAt,
      long xRow,
      MemorySegment table,
      int cells,
      MemorySegment y,
      long yAt,
      int rows,
      int vectors) {
    if (x.getClass() != NATIVE || y.getClass() != NATIVE || table.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < vectors; i++) {
        FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int cell = 0; cell < cells; cell++) {
          long at = xAt + row * xRow + (long) i * BYTES + table.get(INT, 4L * cell);
          max = max.max(FloatVector.fromMemorySegment(FLOATS, x, at, ORDER));
        }
        max.blend(Lanes.NAN, max.test(VectorOperators.IS_NAN))
            .intoMemorySegment(y, yAt + ((long) row * vectors + i) * BYTES, ORDER);
      }
    }
  }

  private static void average(
      MemorySegment x,
      long xAt,
      long xRow,
      MemorySegment table,
      int cells,
      MemorySegment counts,
      MemorySegment y,
      long yAt,
      int rows,
      int vectors) {
    if (x.getClass() != NATIVE
        || y.getClass() != NATIVE
        || table.getClass() != NATIVE
        || counts.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < vectors; i++) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int cell = 0; cell < cells; cell++) {
          long at = xAt + row * xRow + (long) i * BYTES + table.get(INT, 4L * cell);
          sum = sum.add(FloatVector.fromMemorySegment(FLOATS, x, at, ORDER));
        }
        FloatVector mean =
            sum.div(FloatVector.fromMemorySegment(FLOATS, counts, (long) i * BYTES, ORDER));
        mean.blend(Lanes.NAN, mean.test(VectorOperators.IS_NAN))
            .intoMemorySegment(y, yAt + ((long) row * vectors + i) * BYTES, ORDER);
      }
    }
  }

  private MemorySegment counts() {
    Windows window = call.window();
    MemorySegment grid = Lanes.allocate((long) vectors * BYTES);
    if (inside) {
      for (int i = 0; i < vectors * Lanes.COUNT; i++) {
        Mem.putF32(grid, 4L * i, cells);
      }
      return grid;
    }
    for (int oy = 0; oy < window.outHeight(); oy++) {
      int rows =
          inside(
              oy * window.strideHeight() - window.padTop(),
              window.kernelHeight(),
              window.dilationHeight(),
              window.inHeight());
      for (int ox = 0; ox < window.outWidth(); ox++) {
        int columns =
            inside(
                ox * window.strideWidth() - window.padLeft(),
                window.kernelWidth(),
                window.dilationWidth(),
                window.inWidth());
        int count = call.countIncludePad() ? cells : rows * columns;
        Mem.putF32(grid, 4L * (oy * image.columns() + ox), count);
      }
    }
    return grid;
  }

  /// {@return how many of the steps from `first` are inside of `size`}
  private static int inside(int first, int kernel, int dilation, int size) {
    int inside = 0;
    for (int i = 0; i < kernel; i++) {
      int at = first + i * dilation;
      inside += at >= 0 && at < size ? 1 : 0;
    }
    return inside;
  }
}

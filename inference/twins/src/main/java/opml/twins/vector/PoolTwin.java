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
/// The windows of each row of outputs are computed as if they were one element apart, and every stride-th of them is
/// taken. Where no window reaches over the edge, planes are read where they are; else each is laid out with its
/// padding: -infinity for a maximum, which no other element is below, and +0 for a sum from +0, which it changes no
/// more.
final class PoolTwin implements PreparedKernel {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);

  private final PoolCall call;
  private final long[] extents;
  private final Image image; // of windows that are one element apart
  private final boolean inside; // whether no window reaches over the edge
  private final long pitch; // bytes from one row of a plane to the next
  private final long first; // where the first window is in a plane that is read where it is
  private final MemorySegment table; // where each of the kernel's cells is
  private final int cells;
  private final @Nullable MemorySegment counts; // what to divide by, in a grid; none for a maximum
  private final int vectors; // of a row of the grid
  private final long gridRow; // bytes of a row of the grid
  private final long reach; // bytes of a plane that are read, and maybe some behind it
  private final long grid; // where the grid is in the scratch memory

  private PoolTwin(PoolCall call, boolean averages) {
    Windows window = call.window();
    this.call = call;
    this.extents = call.extents();
    this.image = new Image(window.beside());
    this.inside = window.isInside();
    int columns = inside ? window.inWidth() : image.columns();
    this.pitch = 4L * columns;
    this.first = inside ? -4L * (window.padTop() * window.inWidth() + window.padLeft()) : 0;
    this.cells = window.kernelHeight() * window.kernelWidth();
    this.table = Lanes.allocate(4L * cells);
    int width = (window.outWidth() - 1) * window.strideWidth() + 1;
    int over = (window.kernelWidth() - 1) * window.dilationWidth();
    for (int ky = 0; ky < window.kernelHeight(); ky++) {
      for (int kx = 0; kx < window.kernelWidth(); kx++) {
        int offset = ky * window.dilationHeight() * columns + kx * window.dilationWidth();
        Mem.putI32(table, 4L * (ky * window.kernelWidth() + kx), 4 * offset);
      }
    }
    // Maxima are taken down the columns first, and so of some more of them.
    this.vectors = Lanes.vectors(averages ? width : width + over);
    this.gridRow = (long) vectors * BYTES;
    long lastRow =
        (window.outHeight() - 1L) * window.strideHeight()
            + (window.kernelHeight() - 1L) * window.dilationHeight();
    this.reach = first + lastRow * pitch + (averages ? 4L * over : 0) + gridRow;
    long plane = inside ? 4L * window.inHeight() * window.inWidth() : 4 * image.size() + BYTES;
    this.grid = Lanes.aligned(Math.max(reach, plane));
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
    // vectors of maxima beside each other are read behind the last row
    return grid
        + call.window().outHeight() * gridRow
        + 4L * call.window().kernelWidth() * call.window().dilationWidth()
        + 2L * BYTES;
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
      long xAt = first;
      if (!inside) {
        image.fill(segments[0], plane * in, Reader.FLOATS, padding, scratch, 0);
      } else if (isThere(segments[0], 4L * plane * in)) {
        x = segments[0];
        xAt = 4L * plane * in + first;
      } else {
        Rows.copy(segments[0], 4L * plane * in, scratch, 0, (int) in);
      }
      if (counts == null) {
        max(x, xAt, scratch);
      } else {
        long row = pitch * window.strideHeight();
        int rows = window.outHeight();
        average(x, xAt, row, table, cells, counts, scratch, grid, rows, vectors);
      }
      Rows.gatherRows(
          scratch,
          grid,
          gridRow,
          4L * window.strideWidth(),
          segments[1],
          4L * plane * out,
          window.outWidth(),
          window.outHeight());
    }
    return 0;
  }

  /// {@return whether a plane can be read where it is, in whole vectors}
  private boolean isThere(MemorySegment x, long plane) {
    return x.getClass() == NATIVE && plane + reach <= x.byteSize();
  }

  /// The maxima of a plane's windows: down the columns, then of columns beside each other.
  private void max(MemorySegment x, long xAt, MemorySegment scratch) {
    Windows window = call.window();
    int rows = window.outHeight();
    long row = pitch * window.strideHeight();
    long down = pitch * window.dilationHeight();
    int next = Math.min(1, window.kernelHeight() - 1);
    max(x, xAt, row, x, xAt + next * down, row, scratch, grid, gridRow, rows, vectors);
    for (int ky = 2; ky < window.kernelHeight(); ky++) {
      long at = xAt + ky * down;
      max(scratch, grid, gridRow, x, at, row, scratch, grid, gridRow, rows, vectors);
    }
    int all = rows * vectors;
    long across = 4L * window.dilationWidth();
    // Windows of the left are done when they are overwritten.
    for (int kx = 1; kx < window.kernelWidth(); kx++) {
      max(scratch, grid, 0, scratch, grid + across, 0, scratch, grid, 0, 1, all);
    }
  }

  /// `y = max(a, b)`, with the canonical NaN, for rows; y may be a.
  private static void max(
      MemorySegment a,
      long aAt,
      long aRow,
      MemorySegment b,
      long bAt,
      long bRow,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows,
      int vectors) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < vectors; i++) {
        FloatVector max =
            FloatVector.fromMemorySegment(FLOATS, a, aAt + row * aRow + (long) i * BYTES, ORDER)
                .max(
                    FloatVector.fromMemorySegment(
                        FLOATS, b, bAt + row * bRow + (long) i * BYTES, ORDER));
        max.blend(Lanes.NAN, max.test(VectorOperators.IS_NAN))
            .intoMemorySegment(y, yAt + row * yRow + (long) i * BYTES, ORDER);
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
            sum.div(
                FloatVector.fromMemorySegment(
                    FLOATS, counts, ((long) row * vectors + i) * BYTES, ORDER));
        mean.blend(Lanes.NAN, mean.test(VectorOperators.IS_NAN))
            .intoMemorySegment(y, yAt + ((long) row * vectors + i) * BYTES, ORDER);
      }
    }
  }

  private MemorySegment counts() {
    Windows window = call.window();
    MemorySegment grid = Lanes.allocate(window.outHeight() * gridRow);
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
        Mem.putF32(grid, oy * gridRow + 4L * ox * window.strideWidth(), count);
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

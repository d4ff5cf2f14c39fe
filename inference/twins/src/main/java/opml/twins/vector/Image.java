package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import opml.twins.call.Windows;

/// A plane laid out so that windows beside each other are floats beside each other, padding included.
///
/// The outputs are the cells of a grid of `span` floats, row by row, `columns` apart, of which each row's last ones,
/// where the kernel would reach beyond the edge, are nobody's. A cell of the kernel is a constant distance from each.
/// So lanes run over the ends of rows, and few are wasted where rows are short. Where windows are `stride` apart, the
/// plane is cut into as many phases in each direction, each with every stride-th row or column; those that the kernel
/// does not touch are left out.
final class Image {
  private final Windows window;
  private final int[] down; // the phases of rows that the kernel touches
  private final int[] across;
  private final int rows; // of a phase
  private final int columns;
  private final boolean
      whole; // whether it is the plane as it is, with nothing around it but padding

  Image(Windows window) {
    this.window = window;
    this.down = phases(window.kernelHeight(), window.dilationHeight(), window.strideHeight());
    this.across = phases(window.kernelWidth(), window.dilationWidth(), window.strideWidth());
    this.rows =
        window.outHeight()
            + (window.kernelHeight() - 1) * window.dilationHeight() / window.strideHeight();
    this.columns =
        window.outWidth()
            + (window.kernelWidth() - 1) * window.dilationWidth() / window.strideWidth();
    this.whole =
        window.strideHeight() == 1
            && window.strideWidth() == 1
            && window.padTop() >= 0
            && window.padLeft() >= 0
            && rows - window.padTop() >= window.inHeight()
            && columns - window.padLeft() >= window.inWidth();
  }

  /// {@return floats of a plane}
  long size() {
    return (long) down.length * across.length * rows * columns;
  }

  /// {@return floats from one row of outputs to the next}
  int columns() {
    return columns;
  }

  /// {@return floats from the first output to behind the last}
  int span() {
    return (window.outHeight() - 1) * columns + window.outWidth();
  }

  /// {@return floats from an output to what the kernel's cell (ky, kx) sees there}
  int offset(int ky, int kx) {
    int y = ky * window.dilationHeight();
    int x = kx * window.dilationWidth();
    int phase =
        indexOf(down, y % window.strideHeight()) * across.length
            + indexOf(across, x % window.strideWidth());
    return (phase * rows + y / window.strideHeight()) * columns + x / window.strideWidth();
  }

  /// Lays out a plane; may write less than a vector behind its end.
  ///
  /// @param first number of its first element
  /// @param padding what stands outside of it
  void fill(
      MemorySegment from, long first, Reader reader, float padding, MemorySegment to, long toAt) {
    if (whole
        && reader.equals(Reader.FLOATS)
        && from.getClass() == Lanes.NATIVE
        && to.getClass() == Lanes.NATIVE) {
      int top = window.padTop();
      int left = window.padLeft();
      int bottom = rows - top - window.inHeight();
      int right = columns - left - window.inWidth();
      Rows.pad(
          from,
          4 * first,
          window.inWidth(),
          window.inHeight(),
          to,
          toAt,
          top * columns + left,
          left + right,
          bottom * columns + right,
          padding);
      return;
    }
    long at = toAt;
    for (int phaseDown : down) {
      for (int phaseAcross : across) {
        int left = phaseAcross - window.padLeft();
        int begin = Math.clamp(ceil(-left, window.strideWidth()), 0, columns);
        int end = Math.clamp(ceil(window.inWidth() - left, window.strideWidth()), begin, columns);
        for (int row = 0; row < rows; row++) {
          int y = row * window.strideHeight() + phaseDown - window.padTop();
          if (y < 0 || y >= window.inHeight() || begin == end) {
            // No element is there: where it would be may lie before the plane, or behind it.
            Rows.fill(to, at, padding, columns);
          } else {
            Rows.fill(to, at, padding, begin);
            long element =
                first + (long) y * window.inWidth() + (long) begin * window.strideWidth() + left;
            reader.read(from, element, window.strideWidth(), to, at + 4L * begin, end - begin);
            Rows.fill(to, at + 4L * end, padding, columns - end);
          }
          at += 4L * columns;
        }
      }
    }
  }

  /// Copies rows of outputs from a grid to a plane.
  ///
  /// @param at where the first of the rows begins in the grid
  /// @param output number of its first output
  void copyRows(MemorySegment grid, long at, int rows, MemorySegment to, long output) {
    Rows.copyRows(grid, at, 4L * columns, to, 4 * output, window.outWidth(), rows);
  }

  private static int ceil(int value, int by) {
    return -Math.floorDiv(-value, by);
  }

  private static int[] phases(int kernel, int dilation, int stride) {
    return IntStream.range(0, kernel).map(i -> i * dilation % stride).distinct().toArray();
  }

  private static int indexOf(int[] values, int value) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == value) {
        return i;
      }
    }
    throw new IllegalArgumentException("no kernel cell is in phase " + value);
  }
}

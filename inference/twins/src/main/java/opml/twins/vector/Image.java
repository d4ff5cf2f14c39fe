package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  private final List<Optional<PlanePhase>> phases;

  /// The elements of a phase.
  ///
  /// @param element number of the first, from the plane's
  private record PlanePhase(long element, PaddedRows rows) {}

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
    this.phases =
        Arrays.stream(down)
            .boxed()
            .flatMap(y -> Arrays.stream(across).mapToObj(x -> phase(y, x)))
            .toList();
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
    boolean vectors =
        window.strideWidth() <= 2
            && PaddedRows.fitVectors()
            && from.getClass() == Lanes.NATIVE
            && to.getClass() == Lanes.NATIVE;
    int row = window.strideHeight() * window.inWidth();
    for (int i = 0; i < phases.size(); i++) {
      long at = toAt + 4L * i * rows * columns;
      PlanePhase phase = phases.get(i).orElse(null);
      if (phase == null) {
        Rows.fill(to, at, padding, rows * columns);
      } else if (vectors) {
        long element = first + phase.element;
        reader.read(from, element, row, window.strideWidth(), phase.rows, to, at, padding);
      } else {
        fill(from, first + phase.element, row, reader, phase.rows, to, at, padding);
      }
    }
  }

  private void fill(
      MemorySegment from,
      long first,
      int row,
      Reader reader,
      PaddedRows padded,
      MemorySegment to,
      long toAt,
      float padding) {
    Rows.fill(to, toAt, padding, padded.lead());
    long at = toAt + 4L * padded.lead();
    for (int y = 0; y < padded.count(); y++) {
      long element = first + (long) y * row;
      reader.read(from, element, window.strideWidth(), to, at, padded.width());
      boolean isLast = y == padded.count() - 1;
      Rows.fill(to, at + 4L * padded.width(), padding, isLast ? padded.rest() : padded.gap());
      at += 4L * columns;
    }
  }

  /// {@return where a phase's elements are in its rows and columns, unless it has none}
  private Optional<PlanePhase> phase(int phaseDown, int phaseAcross) {
    int top = phaseDown - window.padTop();
    int left = phaseAcross - window.padLeft();
    int beginRow = Math.clamp(ceil(-top, window.strideHeight()), 0, rows);
    int endRow = Math.clamp(ceil(window.inHeight() - top, window.strideHeight()), beginRow, rows);
    int begin = Math.clamp(ceil(-left, window.strideWidth()), 0, columns);
    int end = Math.clamp(ceil(window.inWidth() - left, window.strideWidth()), begin, columns);
    if (beginRow == endRow || begin == end) {
      return Optional.empty();
    }
    long element =
        ((long) beginRow * window.strideHeight() + top) * window.inWidth()
            + (long) begin * window.strideWidth()
            + left;
    int gap = columns - (end - begin);
    int behind = (rows - endRow) * columns + columns - end;
    return Optional.of(
        new PlanePhase(
            element,
            new PaddedRows(
                end - begin, endRow - beginRow, beginRow * columns + begin, gap, behind)));
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

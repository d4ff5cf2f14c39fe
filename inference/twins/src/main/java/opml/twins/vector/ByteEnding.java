package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.kernels.memory.Mem;
import opml.twins.call.QuantisedConvolutionCall;
import opml.twins.call.Requantiser;
import opml.twins.tile.ByteEndTile;
import opml.twins.tile.ConvolutionTiles;
import org.jspecify.annotations.Nullable;

/// From rows of sums, each of one channel, to 8-bit outputs; by machine code where there is some. Not in vectors: the
/// products of 64 bits that it takes, as fma's of doubles too, are boxed by HotSpot in JDK 25, with AVX2 and with
/// AVX-512 (`TwinsProbe`).
final class ByteEnding {
  /// Sums are read, up to so many, as if there were as many.
  static final int LEAST_SUMS = ByteEndTile.LANES;

  private final boolean perChannel;
  private final boolean unsigned;
  private final int zero;
  private final Requantiser end;
  private final @Nullable ByteEndTile tile;

  ByteEnding(QuantisedConvolutionCall call, Optional<ConvolutionTiles> tiles) {
    this.perChannel = call.perChannel();
    this.unsigned = call.yUnsigned();
    this.zero = call.yZero();
    this.end = new Requantiser(zero, perChannel, unsigned);
    this.tile = tiles.map(ConvolutionTiles::end).orElse(null);
  }

  /// {@return the scratch memory that so many rows take at once}
  static long scratchBytes(int rows) {
    return Lanes.aligned(ByteEndTile.tableBytes(rows) + LEAST_SUMS);
  }

  /// Writes the outputs of rows of int32.
  ///
  /// @param sums in native memory, of which [#LEAST_SUMS] of each row may be read
  /// @param sumsRow bytes from one row to the next
  /// @param segments of the call: multiplier, shift and bias from argument 2 on; the last is written
  /// @param channel of the first row
  /// @param step from the channel of a row to that of the next: 0 or 1
  /// @param output number of the first output
  /// @param outputRow outputs from one row to the next
  /// @param count of a row
  /// @param scratch of [#scratchBytes] at `scratchAt`
  void rows(
      MemorySegment sums,
      long sumsAt,
      long sumsRow,
      MemorySegment[] segments,
      int channel,
      int step,
      long output,
      long outputRow,
      int count,
      int rows,
      MemorySegment scratch,
      long scratchAt) {
    MemorySegment y = segments[segments.length - 1];
    if (tile == null) {
      for (int row = 0; row < rows; row++) {
        end.channel(
            sums,
            sumsAt + row * sumsRow,
            Integer.BYTES,
            segments[2],
            segments[3],
            segments[4],
            channel + row * step,
            y,
            output + row * outputRow,
            count);
      }
      return;
    }
    ByteEndTile.begin(scratch, scratchAt, zero, unsigned);
    for (int row = 0; row < rows; row++) {
      int each = channel + row * step;
      int scale = perChannel ? 4 * each : 0;
      int bias = Mem.i32(segments[4], 4L * each);
      ByteEndTile.channel(
          scratch, scratchAt, row, Mem.i32(segments[2], scale), Mem.i32(segments[3], scale), bias);
    }
    if (count >= LEAST_SUMS) {
      tile.run(scratch, scratchAt, sums, sumsAt, sumsRow, y, output, outputRow, count, rows);
      return;
    }
    few(tile, sums, sumsAt, sumsRow, y, output, outputRow, count, rows, scratch, scratchAt);
  }

  /// Rows that are shorter than a vector, by way of the scratch memory.
  private static void few(
      ByteEndTile tile,
      MemorySegment sums,
      long sumsAt,
      long sumsRow,
      MemorySegment y,
      long output,
      long outputRow,
      int count,
      int rows,
      MemorySegment scratch,
      long scratchAt) {
    long outputsAt = scratchAt + ByteEndTile.tableBytes(rows);
    for (int row = 0; row < rows; row++) {
      if (row > 0) {
        ByteEndTile.next(scratch, scratchAt, row);
      }
      long at = sumsAt + row * sumsRow;
      tile.run(scratch, scratchAt, sums, at, 0, scratch, outputsAt, 0, LEAST_SUMS, 1);
      MemorySegment.copy(scratch, outputsAt, y, output + row * outputRow, count);
    }
  }
}

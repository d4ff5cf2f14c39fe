package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.PreparedKernel;
import opml.twins.call.LinearCall;

/// `linear.f32`, `linear.f16` and `linear.bf16` by the machine tile. A unit is a panel of rows of w, and of each a chunk
/// stays in the first-level cache while tokens pass.
final class TileRowLinear implements PreparedKernel {
  /// Tokens whose elements stay in the second-level cache while panels pass.
  private static final int TOKENS_BYTES = 256 << 10;

  private final LinearCall call;
  private final RowTile tile;
  private final Panels panels;
  private final int most;

  private TileRowLinear(RowTile tile, LinearCall call, MemorySegment w, Packings packings) {
    this.call = call;
    this.tile = tile;
    this.panels =
        Panels.of(
            call,
            w,
            packings,
            tile.type(),
            call.rowBytes() * RowTile.ROWS,
            (from, row, packed, panelAt) ->
                tile.packWeights(w, from, call.depth(), row, packed, panelAt));
    long tileBytes = (long) Float.BYTES * call.depth() * tile.tokens();
    int tiles = (int) Math.max(1, TOKENS_BYTES / tileBytes);
    this.most = Math.min(tiles * tile.tokens(), call.rows());
  }

  static Optional<PreparedKernel> prepare(
      RowTile tile, LinearCall call, MemorySegment w, Packings packings) {
    boolean fits = call.isOrdinary() && call.fits(w);
    return fits ? Optional.of(new TileRowLinear(tile, call, w, packings)) : Optional.empty();
  }

  @Override
  public int units() {
    return panels.count();
  }

  @Override
  public long scratchBytes() {
    return most * Panels.RESULT_BYTES;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    int count = call.tokens(segments[0]);
    if (count == 0) {
      return 0;
    }
    call.check(segments, count);
    for (int first = 0; first < count; first += most) {
      int tokens = Math.min(most, count - first);
      for (int panel = from; panel < to; panel++) {
        multiply(segments[1], first, tokens, panel, scratch);
        panels.store(panel, scratch, 0, first, tokens, segments[3]);
      }
    }
    return 0;
  }

  private void multiply(MemorySegment x, int first, int tokens, int panel, MemorySegment scratch) {
    int k = call.depth();
    long stride = (long) Float.BYTES * k;
    for (int done = 0; done < k; done += RowTile.CHUNK) {
      for (int token = 0; token < tokens; token += tile.tokens()) {
        tile.multiply(
            panels.packed(),
            panels.at(panel) + (long) done * RowTile.ROWS * tile.type().bytes,
            x,
            (first + token) * stride + (long) Float.BYTES * done,
            stride,
            scratch,
            token * Panels.RESULT_BYTES,
            Panels.RESULT_BYTES,
            Math.min(RowTile.CHUNK, k - done),
            Math.min(tile.tokens(), tokens - token),
            done > 0);
      }
    }
  }
}

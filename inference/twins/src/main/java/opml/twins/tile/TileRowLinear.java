package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;
import opml.twins.call.Panels;

/// `linear.f32`, `linear.f16` and `linear.bf16` by the machine tile. A unit is a panel of rows of w, and of each a
/// chunk stays in the first-level cache while tokens pass. Tokens are copied, chunk by chunk: where they lie, they may
/// be a power of two apart, which a cache cannot hold many of.
final class TileRowLinear implements PreparedKernel {
  /// What copied tokens may take: more than the second-level cache, because a panel comes from memory for each of them.
  private static final int TOKENS_BYTES = 1 << 20;

  /// Bytes of a token's chunk.
  private static final long CHUNK_BYTES = (long) Float.BYTES * RowTile.CHUNK;

  /// Bytes of a token's results of a panel.
  private static final long RESULT_BYTES = (long) Float.BYTES * RowTile.ROWS;

  private final LinearCall call;
  private final RowTile tile;
  private final Panels panels;
  private final int chunks; // of a row
  private final int most; // tokens copied at once

  private TileRowLinear(RowTile tile, LinearCall call, Constant w, Packings packings) {
    this.call = call;
    this.tile = tile;
    this.panels =
        Panels.of(
            call,
            w,
            packings,
            tile.type(),
            RowTile.ROWS,
            call.rowBytes() * RowTile.ROWS,
            (file, rows, panel) -> tile.packWeights(file, call.depth(), rows, panel));
    this.chunks = Math.ceilDiv(call.depth(), RowTile.CHUNK);
    int tiles = (int) Math.max(1, TOKENS_BYTES / (chunks * CHUNK_BYTES * tile.tokens()));
    this.most = Math.min(tiles * tile.tokens(), call.rows());
  }

  static Optional<PreparedKernel> prepare(
      RowTile tile, LinearCall call, Constant w, Packings packings) {
    boolean fits = call.isOrdinary() && call.fits(w);
    return fits ? Optional.of(new TileRowLinear(tile, call, w, packings)) : Optional.empty();
  }

  @Override
  public boolean reads(int argument) {
    return argument != call.weights();
  }

  @Override
  public int units() {
    return panels.count();
  }

  @Override
  public long scratchBytes() {
    return lentAt() + panels.lentBytes();
  }

  private long lentAt() {
    return most * (RESULT_BYTES + chunks * CHUNK_BYTES);
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
      copy(segments[1], first, tokens, scratch);
      for (int panel = from; panel < to; panel++) {
        multiply(tokens, panel, to, first + tokens < count, scratch);
        panels.store(panel, scratch, 0, first, tokens, segments[3]);
      }
    }
    return 0;
  }

  private int chunkLength(int chunk) {
    return Math.min(RowTile.CHUNK, call.depth() - chunk * RowTile.CHUNK);
  }

  /// {@return where a chunk of the first token is}
  private long chunkAt(int chunk) {
    return most * (RESULT_BYTES + chunk * CHUNK_BYTES);
  }

  private void copy(MemorySegment x, int first, int tokens, MemorySegment scratch) {
    for (int token = 0; token < tokens; token++) {
      long from = (long) Float.BYTES * (first + token) * call.depth();
      for (int chunk = 0; chunk < chunks; chunk++) {
        MemorySegment.copy(
            x,
            from + chunk * CHUNK_BYTES,
            scratch,
            chunkAt(chunk) + token * CHUNK_BYTES,
            (long) Float.BYTES * chunkLength(chunk));
      }
    }
  }

  private void multiply(int tokens, int panel, int to, boolean again, MemorySegment scratch) {
    boolean stays = panels.load(panel, to, again, scratch, lentAt());
    MemorySegment weights = panels.memory(stays, scratch);
    long panelAt = panels.at(panel, stays, lentAt());
    for (int chunk = 0; chunk < chunks; chunk++) {
      for (int token = 0; token < tokens; token += tile.tokens()) {
        tile.multiply(
            weights,
            panelAt + (long) chunk * RowTile.CHUNK * RowTile.ROWS * tile.type().bytes,
            scratch,
            chunkAt(chunk) + token * CHUNK_BYTES,
            CHUNK_BYTES,
            scratch,
            token * RESULT_BYTES,
            RESULT_BYTES,
            chunkLength(chunk),
            Math.min(tile.tokens(), tokens - token),
            chunk > 0);
      }
    }
  }
}

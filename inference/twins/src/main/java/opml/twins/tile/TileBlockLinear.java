package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.twins.call.BlockFormat;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;
import opml.twins.call.Panels;
import org.jspecify.annotations.Nullable;

/// `linear.TYPE` of blocks by the machine tile. A unit is a panel of rows of w.
///
/// Each call packs the tokens, which is little beside what a dozen panels are. With many, so many are packed as a cache
/// holds while all panels pass; and of each panel some steps stay in the first-level cache while those tokens do. What
/// is more than a group of [MatrixTile] goes by matrices, where the processor has them.
final class TileBlockLinear implements PreparedKernel {
  /// What packed tokens may take.
  private static final long BLOCK_BYTES = 512 << 10;

  /// What tokens that are packed for matrices may take, half of the second-level cache.
  private static final int RECORD_BYTES = 1 << 20;

  /// What steps of a panel may take while tokens pass.
  static final int PIECE_BYTES = 16 << 10;

  /// Bytes of a token's results of a panel.
  private static final long RESULT_BYTES = (long) Float.BYTES * BlockTile.ROWS;

  private final LinearCall call;
  private final BlockTile tile;
  private final Panels panels;
  private final int steps;
  private final long rowBytes; // of a packed token
  private final int most; // tokens packed at once
  private final @Nullable MatrixTile matrices;
  private final int mostGroups; // of tokens, packed for matrices at once

  private TileBlockLinear(BlockTile tile, LinearCall call, Constant w, Packings packings) {
    BlockType type = tile.type();
    this.call = call;
    this.tile = tile;
    this.steps = call.depth() / type.blocks();
    this.rowBytes = (long) call.depth() * tile.tokenBytes();
    this.panels =
        Panels.of(
            call,
            w,
            packings,
            type,
            BlockTile.ROWS,
            (long) steps * tile.stepBytes(),
            new Packer(tile, steps));
    int tiles = (int) Math.max(1, BLOCK_BYTES / (rowBytes * tile.tokens()));
    this.most = Math.min(tiles * tile.tokens(), call.rows());
    this.matrices = tile.matrices().filter(_ -> call.rows() > MatrixTile.TOKENS).orElse(null);
    long groupBytes = MatrixTile.packedBytes(MatrixTile.TOKENS, steps);
    int groups = Math.ceilDiv(call.rows(), MatrixTile.TOKENS);
    this.mostGroups = Math.clamp(RECORD_BYTES / groupBytes, 1, groups);
  }

  private record Packer(BlockTile tile, int steps) implements Panels.Packing {
    @Override
    public void pack(byte[] file, int rows, byte[] panel) {
      BlockFormat.Block block = new BlockFormat.Block();
      for (int row = 0; row < rows; row++) {
        for (int step = 0; step < steps; step++) {
          int from = (row * steps + step) * tile.type().file.bytes();
          tile.packWeights(file, from, row, panel, step * tile.stepBytes(), block);
        }
      }
    }

    @Override
    public boolean pack(MemorySegment file, long from, MemorySegment panel, long at) {
      return tile.packPanel(file, from, steps, panel, at);
    }
  }

  static Optional<PreparedKernel> prepare(
      BlockTile tile, LinearCall call, Constant w, Packings packings) {
    boolean fits = call.isOrdinary() && call.fits(w);
    return fits ? Optional.of(new TileBlockLinear(tile, call, w, packings)) : Optional.empty();
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
    long few = most * (RESULT_BYTES + rowBytes) + 63 & -64;
    return matrices == null ? few : Math.max(few, recordsAt() + recordBytes(mostGroups));
  }

  private long recordsAt() {
    return MatrixTile.WORK_BYTES + (long) mostGroups * MatrixTile.RESULT_BYTES;
  }

  private long recordBytes(int groups) {
    return MatrixTile.packedBytes(groups * MatrixTile.TOKENS, steps);
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment scratch, int from, int to) {
    int count = call.tokens(segments[0]);
    if (count == 0) {
      return 0;
    }
    call.check(segments, count);
    if (matrices != null && count > MatrixTile.TOKENS) {
      runByMatrices(matrices, segments, count, scratch, from, to);
      return 0;
    }
    for (int first = 0; first < count; first += most) {
      int tokens = Math.min(most, count - first);
      pack(segments, first, tokens, scratch);
      for (int panel = from; panel < to; panel++) {
        multiply(panel, to, first, tokens, count, scratch);
        panels.store(panel, scratch, 0, first, tokens, segments[4]);
      }
    }
    return 0;
  }

  private void runByMatrices(
      MatrixTile tiles,
      MemorySegment[] segments,
      int count,
      MemorySegment scratch,
      int from,
      int to) {
    int mostTokens = mostGroups * MatrixTile.TOKENS;
    for (int first = 0; first < count; first += mostTokens) {
      int tokens = Math.min(mostTokens, count - first);
      int groups = Math.ceilDiv(tokens, MatrixTile.TOKENS);
      long number = (long) first * steps;
      tiles.pack(
          segments[1],
          BlockTile.BLOCK * number,
          segments[2],
          Float.BYTES * number,
          steps,
          tokens,
          scratch,
          recordsAt());
      for (int panel = from; panel < to; panel++) {
        boolean stays = panels.load(panel, to, first + tokens < count, scratch, lentAt());
        MemorySegment weights = panels.memory(stays, scratch);
        long panelAt = panels.at(panel, stays, lentAt());
        for (int step = 0; step < steps; step += MatrixTile.PIECE) {
          tiles.multiply(
              weights,
              panelAt + (long) step * tile.stepBytes(),
              Math.min(MatrixTile.PIECE, steps - step),
              scratch,
              recordsAt()
                  + recordBytes(groups) / MatrixTile.pieces(steps) * (step / MatrixTile.PIECE),
              groups,
              scratch,
              MatrixTile.WORK_BYTES,
              step > 0);
        }
        panels.store(panel, scratch, MatrixTile.WORK_BYTES, first, tokens, segments[4]);
      }
    }
  }

  private void pack(MemorySegment[] segments, int first, int tokens, MemorySegment scratch) {
    long number = (long) first * call.depth();
    tile.packTokens(
        segments[1],
        BlockTile.BLOCK * number,
        segments[2],
        Float.BYTES * number,
        tokens * call.depth(),
        scratch,
        most * RESULT_BYTES);
  }

  private void multiply(
      int panel, int to, int first, int tokens, int count, MemorySegment scratch) {
    BlockType type = tile.type();
    int piece = tokens > tile.tokens() ? Math.max(1, PIECE_BYTES / tile.stepBytes()) : steps;
    boolean stays = panels.load(panel, to, first + tokens < count, scratch, lentAt());
    MemorySegment weights = panels.memory(stays, scratch);
    long panelAt = panels.at(panel, stays, lentAt());
    for (int step = 0; step < steps; step += piece) {
      long weightsAt = panelAt + (long) step * tile.stepBytes();
      long tokensAt = most * RESULT_BYTES + (long) step * type.blocks() * tile.tokenBytes();
      for (int token = 0; token < tokens; token += tile.tokens()) {
        tile.multiply(
            weights,
            weightsAt,
            scratch,
            tokensAt + token * rowBytes,
            rowBytes,
            scratch,
            token * RESULT_BYTES,
            RESULT_BYTES,
            Math.min(piece, steps - step),
            Math.min(tile.tokens(), tokens - token),
            step > 0);
      }
    }
  }
}

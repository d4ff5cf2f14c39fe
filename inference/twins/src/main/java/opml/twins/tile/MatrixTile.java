package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import opml.kernels.memory.Mem;

/// The product of a [BlockTile] for many tokens, by instructions on matrices: 16 rows of weights by groups of 16
/// tokens, in the same order of operations. It reads the panels of the form with VNNI of 512 bits.
///
/// A row is done in pieces of so many steps as the first-level cache holds unpacked. Tokens are packed into records, of
/// which each has a group's tokens of a piece: their integers, then for each step their scales.
final class MatrixTile {
  /// Tokens of a group.
  static final int TOKENS = 16;

  /// Steps of a piece.
  static final int PIECE = 32;

  /// Bytes from a token's integers to the next one's: not a power of two, of which a cache holds few.
  static final int TOKEN_BYTES = PIECE * BlockTile.BLOCK + 64;

  /// Where the scales are in a record.
  static final int SCALES_AT = TOKENS * TOKEN_BYTES;

  /// Bytes of a record.
  static final int GROUP_BYTES = SCALES_AT + PIECE * Float.BYTES * TOKENS;

  /// Bytes before the results that a call works in.
  static final int WORK_BYTES = MatrixTileAssembler.WORK_BYTES;

  /// Bytes of a group's results.
  static final int RESULT_BYTES = Float.BYTES * BlockTile.ROWS * TOKENS;

  private final BlockType type;
  private final TileCode code;

  MatrixTile(BlockType type, TileCode code) {
    this.type = type;
    this.code = code;
  }

  /// {@return whether there is such a tile for a type: those of one block with one scale alone}
  static boolean isFor(BlockType type) {
    return type == BlockType.Q8_0 || type == BlockType.Q4_0;
  }

  /// {@return the pieces of a row}
  static int pieces(int steps) {
    return Math.ceilDiv(steps, PIECE);
  }

  /// {@return the bytes of some packed tokens}
  static long packedBytes(int tokens, int steps) {
    return (long) Math.ceilDiv(tokens, TOKENS) * pieces(steps) * GROUP_BYTES;
  }

  /// Packs tokens that lie behind each other. What tokens a last group lacks have scales of 0.
  ///
  /// @param integers of all steps of each, at `from`
  /// @param scales likewise, at `scalesFrom`
  /// @param packedAt where the records begin: those of the first piece, group by group, then those of the next
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  void pack(
      MemorySegment integers,
      long from,
      MemorySegment scales,
      long scalesFrom,
      int steps,
      int tokens,
      MemorySegment packed,
      long packedAt) {
    long pieceBytes = (long) Math.ceilDiv(tokens, TOKENS) * GROUP_BYTES;
    for (int token = 0; token < tokens; token++) {
      long record = packedAt + token / TOKENS * (long) GROUP_BYTES;
      int row = token % TOKENS;
      for (int first = 0; first < steps; first += PIECE) {
        int count = Math.min(PIECE, steps - first);
        long step = (long) token * steps + first;
        MemorySegment.copy(
            integers,
            from + BlockTile.BLOCK * step,
            packed,
            record + (long) row * TOKEN_BYTES,
            (long) BlockTile.BLOCK * count);
        for (int i = 0; i < count; i++) {
          float scale = Mem.f32(scales, scalesFrom + Float.BYTES * (step + i));
          long to = record + SCALES_AT + (long) Float.BYTES * (TOKENS * i + row);
          Mem.putF32(packed, to, scale);
        }
        record += pieceBytes;
      }
    }
    silence(steps, tokens, packed, packedAt);
  }

  /// Gives the tokens that a last group lacks scales of 0: whatever is there may be floats on which the processor is
  /// slow.
  private static void silence(int steps, int tokens, MemorySegment packed, long packedAt) {
    int groups = Math.ceilDiv(tokens, TOKENS);
    int there = tokens - (groups - 1) * TOKENS;
    if (there == TOKENS) {
      return;
    }
    long record = packedAt + (groups - 1) * (long) GROUP_BYTES;
    for (int first = 0; first < steps; first += PIECE) {
      int count = Math.min(PIECE, steps - first);
      for (int i = 0; i < count; i++) {
        long scales = record + SCALES_AT + (long) Float.BYTES * TOKENS * i;
        for (int row = there; row < TOKENS; row++) {
          Mem.putF32(packed, scales + (long) Float.BYTES * row, 0f);
        }
      }
      record += (long) groups * GROUP_BYTES;
    }
  }

  /// Begins or continues the products of a panel and some groups, over one piece of a row.
  ///
  /// @param weightsAt where the piece begins in a packed panel
  /// @param recordsAt where the records of that piece begin
  /// @param resultAt where 16 floats for each token of each group are, a multiple of 64; [#WORK_BYTES] before it are
  ///     written, too
  /// @param resume whether to continue with what stands in `result`; else with +0
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  void multiply(
      MemorySegment weights,
      long weightsAt,
      int steps,
      MemorySegment records,
      long recordsAt,
      int groups,
      MemorySegment result,
      long resultAt,
      boolean resume) {
    if (steps < 1 || steps > PIECE || groups < 1) {
      throw new IllegalArgumentException(
          "no piece of %d steps, %d groups".formatted(steps, groups));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    long panelBytes = (long) steps * type.packedBytes(TileForm.AMX);
    Objects.checkFromIndexSize(weightsAt, panelBytes, weights.byteSize());
    Objects.checkFromIndexSize(recordsAt, (long) groups * GROUP_BYTES, records.byteSize());
    long work = (long) WORK_BYTES + (long) groups * RESULT_BYTES;
    Objects.checkFromIndexSize(resultAt - WORK_BYTES, work, result.byteSize());
    Places.checkWritable(result);
    code.call(
        weights,
        weightsAt,
        records,
        recordsAt,
        0,
        result,
        resultAt,
        0,
        steps,
        groups,
        resume ? 1 : 0);
  }
}

package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import opml.engine.tensor.OutsideMemory;
import opml.twins.x86.Simd;

/// The product of an [Int8Tile] for many tokens, by instructions on matrices: it reads what is packed for the tile as
/// it lies, and gives the same sums.
final class Int8Matrices {
  /// Rows of a matrix: tokens of a group, and fours of a row's elements.
  static final int GROUP = 16;

  /// Elements of a row that a matrix has.
  static final int STEP = 64;

  // Matrices, each of activations and then two of weights; before them are the sums.
  static final int FULL = 2;
  static final int LAST = 5;

  private static final int MATRICES = 8;

  // What LDTILECFG takes (SDM volume 1, 18.2).
  private static final int CONFIGURATION = 64;
  private static final int ROW_BYTES_AT = 16;
  private static final int ROWS_AT = 48;

  /// Fewer tokens are the tile's own matter.
  static final int LEAST_TOKENS = 8;

  private static final int LASTS = STEP / Int8Tile.STEP;

  private final TileCode code;

  /// By the tokens of a group and the elements of the last matrices.
  private final MemorySegment configurations;

  Int8Matrices(TileCode code) {
    this.code = code;
    this.configurations = OutsideMemory.allocate((long) CONFIGURATION * GROUP * LASTS);
    for (int tokens = 1; tokens <= GROUP; tokens++) {
      for (int last = 1; last <= LASTS; last++) {
        configure(place(tokens, last), tokens, last * Int8Tile.STEP);
      }
    }
  }

  private static long place(int tokens, int last) {
    return CONFIGURATION * ((long) (tokens - 1) * LASTS + last - 1);
  }

  private void configure(long at, int tokens, int last) {
    configurations.set(ValueLayout.JAVA_BYTE, at, (byte) 1); // the palette
    for (int matrix = 0; matrix < MATRICES; matrix++) {
      boolean ofActivations = matrix == FULL || matrix == LAST;
      boolean isLast = matrix >= LAST;
      int bytes = ofActivations && isLast ? last : Simd.ZMM;
      int rows = matrix <= FULL || ofActivations ? tokens : isLast ? last / Integer.BYTES : GROUP;
      configurations.set(
          ValueLayout.JAVA_SHORT_UNALIGNED, at + ROW_BYTES_AT + 2L * matrix, (short) bytes);
      configurations.set(ValueLayout.JAVA_BYTE, at + ROWS_AT + matrix, (byte) rows);
    }
  }

  /// Multiplies a panel and some tokens; arguments as of [Int8Tile#multiply], for all steps of a row.
  ///
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  void multiply(
      Int8Tile tile,
      MemorySegment weights,
      long weightsAt,
      MemorySegment activations,
      long activationsAt,
      long activationStride,
      MemorySegment sums,
      long sumsAt,
      long sumStride,
      int steps,
      int tokens) {
    if (steps < 1 || tokens < 1) {
      throw new IllegalArgumentException(
          "no product of %d steps, %d tokens".formatted(steps, tokens));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(
        weightsAt, tile.weightBytes(steps) + tile.rowStartBytes(), weights.byteSize());
    long tokenBytes = tile.activationBytes(steps) + Int8Tile.TOKEN_START_BYTES;
    Places.check(activations, activationsAt, activationStride, tokenBytes, tokens);
    Places.check(sums, sumsAt, sumStride, tile.rowStartBytes(), tokens);
    Places.checkWritable(sums);
    int full = (steps - 1) / LASTS;
    int last = steps - full * LASTS;
    int groups = tokens / GROUP;
    int rest = tokens % GROUP;
    if (groups > 0) {
      MemorySegment.copy(configurations, place(GROUP, last), sums, sumsAt, CONFIGURATION);
      code.call(
          weights,
          weightsAt,
          activations,
          activationsAt,
          activationStride,
          sums,
          sumsAt,
          sumStride,
          full,
          groups,
          (long) groups * GROUP);
    }
    if (rest > 0) {
      long first = (long) groups * GROUP;
      long restAt = sumsAt + first * sumStride;
      MemorySegment.copy(configurations, place(rest, last), sums, restAt, CONFIGURATION);
      code.call(
          weights,
          weightsAt,
          activations,
          activationsAt + first * activationStride,
          activationStride,
          sums,
          restAt,
          sumStride,
          full,
          1,
          rest);
    }
  }
}

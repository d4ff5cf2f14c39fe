package opml.twins.tile;

import opml.twins.call.LinearCall;

/// The blocks of weights that a [BlockTile] multiplies, as GGML has them, and how a panel of 16 rows of them is packed:
/// nothing takes more bits than in the file, but for the 6-bit integers of Q4_K, which become bytes.
///
/// A packed step has the half-precision scales of the rows, in front or, where several blocks share them, behind. Bytes
/// are in groups: group, row, element. So are nibbles, in four groups of four, the later sixteen elements in the upper
/// halves.
public enum BlockType {
  /// A scale and 32 bytes, which are packed plus 128, unsigned.
  Q8_0(1, LinearCall.Format.Q8_0, BlockType.SCALE_BYTES + 32 * BlockTile.ROWS),

  /// A scale and 32 nibbles, of which 8 is taken.
  Q4_0(1, LinearCall.Format.Q4_0, BlockType.SCALE_BYTES + 16 * BlockTile.ROWS),

  /// Two scales, and eight blocks of nibbles with two integers each. The second scale is packed with its sign turned;
  /// a block begins with the integers of the rows, first those of the first scale.
  Q4_K(2, LinearCall.Format.Q4_K, 2 * BlockType.SCALE_BYTES + 8 * BlockType.SUB_BLOCK_BYTES),

  /// A scale, and eight blocks of integers of six bits, of which 32 is taken, each with a signed integer for either
  /// half. A block begins with these; then come nibbles, then the upper bits, of four groups in a byte. A group has two
  /// elements of either half.
  Q6_K(1, LinearCall.Format.Q6_K, BlockType.SCALE_BYTES + 8 * BlockType.SIX_BIT_BYTES);

  /// Bytes of a scale of each row.
  static final int SCALE_BYTES = 2 * BlockTile.ROWS;

  /// Bytes of a block of Q4_K in a packed panel.
  static final int SUB_BLOCK_BYTES = (2 + 16) * BlockTile.ROWS;

  /// Bytes of a block of Q6_K in a packed panel.
  static final int SIX_BIT_BYTES = (2 + 16 + 8) * BlockTile.ROWS;

  /// Half-precision numbers that a row's step has in a file.
  final int halves;

  /// How a row's step stands in a file.
  final LinearCall.Format file;

  /// The bytes of a panel's step.
  final int packedBytes;

  BlockType(int halves, LinearCall.Format file, int packedBytes) {
    this.halves = halves;
    this.file = file;
    this.packedBytes = packedBytes;
  }

  /// {@return blocks of a token in a step}
  int blocks() {
    return file.elements() / BlockTile.BLOCK;
  }

  /// {@return where these numbers are in a file's step}
  int halvesAt() {
    return this == Q6_K ? file.bytes() - 2 : 0;
  }

  /// {@return where the scales are in a packed step}
  int scalesAt() {
    return blocks() == 1 ? 0 : packedBytes - halves * SCALE_BYTES;
  }
}

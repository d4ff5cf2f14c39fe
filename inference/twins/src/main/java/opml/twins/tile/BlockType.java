package opml.twins.tile;

import opml.twins.call.BlockFormat;
import opml.twins.call.LinearCall;

/// The blocks of weights that a [BlockTile] multiplies, as GGML has them, and how a panel of 16 rows of them is packed:
/// as a [PlaneLayout], but for the first two, and for two more without VNNI.
///
/// A packed step of those has the half-precision scales of the rows, in front or, where several blocks share them,
/// behind. Bytes are in groups: group, row, element. So are nibbles, in four groups of four, the later sixteen elements
/// in the upper halves.
public enum BlockType {
  /// A scale and 32 bytes, which are packed plus 128, unsigned.
  Q8_0(BlockFormat.Q8_0, BlockType.SCALE_BYTES + 32 * BlockTile.ROWS),

  /// A scale and 32 nibbles, of which 8 is taken.
  Q4_0(BlockFormat.Q4_0, BlockType.SCALE_BYTES + 16 * BlockTile.ROWS),
  Q4_1(BlockFormat.Q4_1),
  Q5_0(BlockFormat.Q5_0),
  Q5_1(BlockFormat.Q5_1),
  IQ4_NL(BlockFormat.IQ4_NL),
  Q2_K(BlockFormat.Q2_K),
  Q3_K(BlockFormat.Q3_K),

  /// Two scales, and eight blocks of nibbles with two integers each. The second scale is packed with its sign turned;
  /// a block begins with the integers of the rows, first those of the first scale.
  Q4_K(BlockFormat.Q4_K, 2 * BlockType.SCALE_BYTES + 8 * BlockType.SUB_BLOCK_BYTES),
  Q5_K(BlockFormat.Q5_K),

  /// A scale, and eight blocks of integers of six bits, of which 32 is taken, each with a signed integer for either
  /// half. A block begins with these; then come nibbles, then the upper bits, of four groups in a byte. A group has two
  /// elements of either half.
  Q6_K(BlockFormat.Q6_K, BlockType.SCALE_BYTES + 8 * BlockType.SIX_BIT_BYTES),
  IQ2_XXS(BlockFormat.IQ2_XXS),
  IQ4_XS(BlockFormat.IQ4_XS);

  /// Bytes of a scale of each row.
  static final int SCALE_BYTES = 2 * BlockTile.ROWS;

  /// Bytes of a block of Q4_K in a packed panel.
  static final int SUB_BLOCK_BYTES = (2 + 16) * BlockTile.ROWS;

  /// Bytes of a block of Q6_K in a packed panel.
  static final int SIX_BIT_BYTES = (2 + 16 + 8) * BlockTile.ROWS;

  /// What a row's step has.
  final BlockFormat format;

  /// How a row's step stands in a file.
  final LinearCall.Format file;

  /// The bytes of a panel's step in a layout of its own; 0 if it has none.
  private final int ownBytes;

  BlockType(BlockFormat format) {
    this(format, 0);
  }

  BlockType(BlockFormat format, int ownBytes) {
    this.format = format;
    this.file = format.file();
    this.ownBytes = ownBytes;
  }

  /// {@return whether a form packs it as planes}
  boolean hasPlanes(TileForm form) {
    return ownBytes == 0 || form.isVnni() && blocks() > 1;
  }

  PlaneLayout planes() {
    return new PlaneLayout(format);
  }

  /// {@return the bytes of a panel's step}
  int packedBytes(TileForm form) {
    return hasPlanes(form) ? planes().stepBytes() : ownBytes;
  }

  /// {@return blocks of a token in a step}
  int blocks() {
    return format.blocks();
  }

  /// {@return where these numbers are in a file's step}
  int halvesAt() {
    return format.scaleAt();
  }

  /// {@return where the scales are in a packed step of a layout of its own}
  int scalesAt() {
    return blocks() == 1 ? 0 : ownBytes - format.halves() * SCALE_BYTES;
  }
}

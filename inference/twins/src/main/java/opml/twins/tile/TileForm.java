package opml.twins.tile;

import opml.twins.x86.Simd;

/// The instructions that a tile is made of. All forms give the same result.
///
/// A *group* is what one multiplication takes of a row: the bytes whose products are summed into one 32-bit lane. It
/// has 4 bytes with VNNI. Without, it has 2 that are widened to 16 bits; weights while the tile runs, activations when
/// they are packed, so that a group of activations always has 32 bits, which one load spreads over all lanes.
enum TileForm {
  /// Instructions on matrices for many tokens, and `vpdpbusd` on 512 bits for few.
  AMX("AMX", Simd.ZMM, 4, 8, 8, 8, 32),
  /// `vpdpbusd` on 512 bits.
  AVX512_VNNI("AVX-512 VNNI", Simd.ZMM, 4, 8, 8, 8, 32),
  /// `vpdpbusd` on 256 bits.
  AVX_VNNI("AVX-VNNI", Simd.YMM, 4, 6, 4, 6, 16),
  /// `vpmaddwd` on 256 bits.
  AVX2("AVX2", Simd.YMM, 2, 6, 4, 6, 16);

  /// As people call it.
  final String title;

  final int vectorBytes;

  /// Elements of a group.
  final int group;

  /// The most tokens of an [Int8Tile]: so many that its accumulators fill the registers.
  final int tokens;

  /// The most tokens of a [BlockTile], which has floats to keep besides.
  final int blockTokens;

  /// The most tokens of a [RowTile].
  final int rowTokens;

  /// Vector registers.
  final int registers;

  TileForm(
      String title,
      int vectorBytes,
      int group,
      int tokens,
      int blockTokens,
      int rowTokens,
      int registers) {
    this.title = title;
    this.vectorBytes = vectorBytes;
    this.group = group;
    this.tokens = tokens;
    this.blockTokens = blockTokens;
    this.rowTokens = rowTokens;
    this.registers = registers;
  }

  boolean isVnni() {
    return group == 4;
  }

  boolean hasMatrices() {
    return this == AMX;
  }

  /// {@return rows in a vector of accumulators}
  int lanes() {
    return vectorBytes / Integer.BYTES;
  }

  /// {@return bytes of a packed activation}
  int activationBytes() {
    return Integer.BYTES / group;
  }

  Simd register(int number) {
    return new Simd(vectorBytes, number);
  }
}

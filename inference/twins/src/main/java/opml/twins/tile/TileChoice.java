package opml.twins.tile;

/// Whether this JVM has machine tiles.
public sealed interface TileChoice {
  /// They are there, and gave the bits of the plain loop.
  ///
  /// @param instructions which instructions they are made of, for people
  record Found(String instructions, Int8Tile int8, BlockTile blocks, FloatTile floats)
      implements TileChoice {}

  /// They are not.
  ///
  /// @param reason why, as the end of a sentence
  record None(String reason) implements TileChoice {}
}

package opml.twins.tile;

import java.util.Map;

/// Whether this JVM has machine tiles.
public sealed interface TileChoice {
  /// They are there, and gave the bits of the plain loop.
  ///
  /// @param instructions which instructions they are made of, for people
  record Found(
      String instructions,
      Int8Tile int8,
      Map<BlockType, BlockTile> blocks,
      Map<RowType, RowTile> rows,
      FloatTiles floats)
      implements TileChoice {
    public Found {
      blocks = Map.copyOf(blocks);
      rows = Map.copyOf(rows);
    }
  }

  /// They are not.
  ///
  /// @param reason why, as the end of a sentence
  record None(String reason) implements TileChoice {}
}

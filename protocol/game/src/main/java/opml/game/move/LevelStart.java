package opml.game.move;

import opml.core.hash.Bytes32;

/// Where a level begins. The contract derives it by itself, so nobody can choose it.
///
/// @param start the first state of the level
/// @param length how many steps the level has
/// @param context what they are steps of
public record LevelStart(Bytes32 start, long length, Bytes32 context) {
  public LevelStart {
    if (length < 1) {
      throw new IllegalArgumentException("no level has " + length + " steps");
    }
  }
}

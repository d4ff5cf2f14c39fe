package opml.game.claim;

import opml.core.hash.Bytes32;

/// The name of a game: the hash of what a [GameIdentity] says.
public record GameId(Bytes32 hash) {
  @Override
  public String toString() {
    return hash.toString();
  }
}

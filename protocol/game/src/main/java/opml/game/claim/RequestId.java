package opml.game.claim;

import opml.core.hash.Bytes32;

/// The name of a request: the hash of what a [Request] says.
public record RequestId(Bytes32 hash) {
  @Override
  public String toString() {
    return hash.toString();
  }
}

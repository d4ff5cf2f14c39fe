package opml.game.claim;

import opml.core.hash.Bytes32;

/// The name of a claim: the hash of what a [Claim] says.
public record ClaimId(Bytes32 hash) {
  @Override
  public String toString() {
    return hash.toString();
  }
}

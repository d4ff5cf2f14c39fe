package opml.game.claim;

import opml.core.account.Address;
import opml.core.codec.Preimage;

/// Which game this is: the index-th challenge of a claim, and who made it.
///
/// @param index of this game among those on its claim, from 0
public record GameIdentity(ClaimId claim, long index, Address challenger) {

  /// {@return the hash of the preimage `"game"` in `protocol.md` §1}
  public GameId id() {
    return new GameId(
        Preimage.tagged("game").word(claim.hash()).word(index).word(challenger.word()).hash());
  }
}

package opml.game.claim;

import opml.core.account.Address;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;

/// A server's word: the request has this output, and its run ends in this state.
///
/// @param index of this claim among those on its request, from 0
/// @param finalState the last state of the level-0 trace
/// @param outputHash keccak-256 of the output bytes, or of the root that stands for more of them than a claim carries;
///     the contract has proven that they lie in `finalState`
public record Claim(
    RequestId request, long index, Address server, Bytes32 finalState, Bytes32 outputHash) {

  /// {@return the hash of the preimage `"claim"` in `protocol.md` §1}
  public ClaimId id() {
    return new ClaimId(
        Preimage.tagged("claim")
            .word(request.hash())
            .word(index)
            .word(server.word())
            .word(finalState)
            .word(outputHash)
            .hash());
  }
}

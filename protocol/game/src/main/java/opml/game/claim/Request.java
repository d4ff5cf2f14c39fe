package opml.game.claim;

import java.math.BigInteger;
import opml.core.account.Address;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;

/// What a requester asks for: one run of a model on an input.
///
/// @param chainId of the chain
/// @param hub the contract that it was put to
/// @param requesterNonce how many requests this requester had put before
/// @param modelId the model's commitment
/// @param inputRoot the input tensor's commitment
/// @param server who alone may claim; [Address#ZERO] for anyone
/// @param fee in wei, for the first claim that becomes final
/// @param deadline the last second, since the epoch, at which a claim may be posted, unless one dies later than a
///     window before it
/// @param callback whom results are delivered to; [Address#ZERO] for nobody
/// @param callbackGas what a delivery may use
public record Request(
    long chainId,
    Address hub,
    Address requester,
    long requesterNonce,
    Bytes32 modelId,
    Bytes32 inputRoot,
    Availability availability,
    Address server,
    BigInteger fee,
    long deadline,
    Address callback,
    long callbackGas) {
  public Request {
    if (fee.signum() < 0) {
      throw new IllegalArgumentException("a fee is not negative: " + fee);
    }
  }

  /// {@return whether this account may claim at all}
  public boolean admits(Address claimant) {
    return server.isZero() || server.equals(claimant);
  }

  /// {@return the hash of the preimage `"request"` in `protocol.md` §1}
  public RequestId id() {
    return new RequestId(
        Preimage.tagged("request")
            .word(chainId)
            .word(hub.word())
            .word(requester.word())
            .word(requesterNonce)
            .word(modelId)
            .word(inputRoot)
            .word(availability.code())
            .word(server.word())
            .word(fee)
            .word(deadline)
            .word(callback.word())
            .word(callbackGas)
            .hash());
  }
}

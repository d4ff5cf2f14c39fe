package opml.ethereum.send;

import java.util.Optional;
import opml.ethereum.chain.ChainException;

/// What came of handing over a transaction.
///
/// @param why the refusal or the trouble, if it was not accepted
record Offer(Answer answer, Optional<ChainException> why) {
  enum Answer {
    /// The node has it.
    ACCEPTED,

    /// The node may have it.
    DOUBTFUL,

    /// A block has another transaction with its nonce.
    NONCE_TAKEN,

    /// The node wants more for it.
    TOO_CHEAP,

    /// The node may take it later.
    POOL_FULL,

    /// The node will not take it.
    REFUSED
  }

  static Offer of(Answer answer) {
    return new Offer(answer, Optional.empty());
  }
}

package opml.store;

import opml.core.account.Wei;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.TxHash;

/// A signed transaction of an intent. A later one of the same nonce replaces it by paying more.
///
/// @param maxFee the most for a unit of gas
/// @param tip what the block's producer is offered of it
/// @param hash of the bytes, which names the transaction
/// @param signedAt seconds since 1970
/// @param isSent whether a node took it
public record SignedVersion(
    long nonce,
    long gasLimit,
    Wei maxFee,
    Wei tip,
    TxHash hash,
    Data bytes,
    long signedAt,
    boolean isSent) {
  public SignedVersion {
    if (nonce < 0 || gasLimit < 0) {
      throw new IllegalArgumentException(
          "not a transaction: nonce %d, gas %d".formatted(nonce, gasLimit));
    }
  }

  SignedVersion sent() {
    return new SignedVersion(nonce, gasLimit, maxFee, tip, hash, bytes, signedAt, true);
  }
}

package opml.ethereum.chain;

import opml.core.account.Wei;

/// A transaction with a dynamic fee (EIP-1559, type 2), complete but for the signature.
///
/// @param gasLimit the most gas it may use
/// @param tip the most that the block's producer gets for a unit of gas
/// @param maxFee the most that a unit of gas may cost, base fee and tip together
public record UnsignedTransaction(
    long chainId, long nonce, long gasLimit, Wei tip, Wei maxFee, Call call) {
  public UnsignedTransaction {
    if (chainId < 1 || nonce < 0 || gasLimit < 0 || tip.compareTo(maxFee) > 0) {
      throw new IllegalArgumentException(
          "not a transaction: chain %d, nonce %d, gas %d, tip %s of at most %s"
              .formatted(chainId, nonce, gasLimit, tip, maxFee));
    }
  }
}

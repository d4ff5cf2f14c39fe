package opml.sim.chain;

import java.math.BigInteger;
import opml.core.account.Address;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.TxHash;
import opml.ethereum.chain.UnsignedTransaction;

/// A transaction as its bytes say it.
///
/// @param arrival smaller for one that was signed earlier
record SimulatedTransaction(
    Address from, UnsignedTransaction unsigned, SimulatedCall call, TxHash hash, long arrival) {
  long nonce() {
    return unsigned.nonce();
  }

  Call asked() {
    return unsigned.call();
  }

  BigInteger maxFee() {
    return unsigned.maxFee().value();
  }

  /// {@return what its account must have}
  BigInteger most() {
    return maxFee().multiply(BigInteger.valueOf(unsigned.gasLimit())).add(call.money());
  }

  /// {@return whether it pays a tenth more than another, as pools want it of whoever replaces one}
  boolean outbids(SimulatedTransaction other) {
    return isTenthMore(maxFee(), other.maxFee())
        && isTenthMore(unsigned.tip().value(), other.unsigned.tip().value());
  }

  private static boolean isTenthMore(BigInteger more, BigInteger less) {
    return more.multiply(BigInteger.TEN).compareTo(less.multiply(BigInteger.valueOf(11))) >= 0;
  }
}

package opml.ethereum.send;

import java.time.Duration;
import opml.core.account.Wei;

/// What a sender may spend and how long it waits.
///
/// @param gasMarginPercent added to an estimate, since state may change before the transaction runs
/// @param maxGas a transaction estimated above this is refused
/// @param maxFee a unit of gas may never cost more, not even after raising the fee
/// @param confirmations blocks on a transaction, its own included, before it counts; at least 1
/// @param timeout how long to wait for them before [ChainException.Unconfirmed]
/// @param bumpAfter how long a transaction may wait for a block before its fee is raised
/// @param maxPoll the longest pause between two looks at the chain
public record SendPolicy(
    int gasMarginPercent,
    long maxGas,
    Wei maxFee,
    int confirmations,
    Duration timeout,
    Duration bumpAfter,
    Duration maxPoll) {
  public static final SendPolicy DEFAULT =
      new SendPolicy(
          25,
          16_000_000,
          Wei.gwei(500),
          1,
          Duration.ofMinutes(3),
          Duration.ofSeconds(30),
          Duration.ofMillis(500));

  public SendPolicy {
    if (gasMarginPercent < 0
        || gasMarginPercent > 1000
        || maxGas < 21_000
        || maxGas > 1L << 40
        || maxFee.value().bitLength() > 128
        || confirmations < 1
        || !maxPoll.isPositive()) {
      throw new IllegalArgumentException("no such policy");
    }
  }

  public SendPolicy withMaxGas(long gas) {
    return new SendPolicy(
        gasMarginPercent, gas, maxFee, confirmations, timeout, bumpAfter, maxPoll);
  }

  public SendPolicy withMaxFee(Wei fee) {
    return new SendPolicy(
        gasMarginPercent, maxGas, fee, confirmations, timeout, bumpAfter, maxPoll);
  }

  public SendPolicy withConfirmations(int blocks) {
    return new SendPolicy(gasMarginPercent, maxGas, maxFee, blocks, timeout, bumpAfter, maxPoll);
  }

  public SendPolicy withTimeout(Duration wait) {
    return new SendPolicy(
        gasMarginPercent, maxGas, maxFee, confirmations, wait, bumpAfter, maxPoll);
  }

  public SendPolicy withBumpAfter(Duration wait) {
    return new SendPolicy(gasMarginPercent, maxGas, maxFee, confirmations, timeout, wait, maxPoll);
  }
}

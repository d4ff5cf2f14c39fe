package opml.ethereum.send;

import java.time.Duration;
import opml.core.account.Wei;

/// What a sender may spend and how long it waits.
///
/// @param gasMarginPercent added to an estimate, since state may change before the transaction runs
/// @param maxGas a transaction estimated above this is refused
/// @param maxFee a unit of gas may never cost more, not even after raising the fee, unless more is at stake: see
///     [Order]
/// @param maxTip what a block's producer gets of it at first, whatever the node suggests; only a transaction that waits
///     in spite of covering the base fee, or replaces another, may offer more
/// @param confirmations blocks on a transaction, its own included, before it counts; at least 1
/// @param timeout how long to wait for them before [ChainException.Unconfirmed]
/// @param bumpAfter how long a transaction that covers the base fee may wait for a block before its fee is raised; one
///     that does not cover it is raised at once
/// @param patience how long transactions of the account that this process does not know may block its nonces before
///     they are replaced: so long and until a block left them out, or six times as long if there are no blocks
/// @param maxPoll the longest pause between two looks at the chain
public record SendPolicy(
    int gasMarginPercent,
    long maxGas,
    Wei maxFee,
    Wei maxTip,
    int confirmations,
    Duration timeout,
    Duration bumpAfter,
    Duration patience,
    Duration maxPoll) {
  public static final SendPolicy DEFAULT =
      new SendPolicy(
          25,
          16_000_000,
          Wei.gwei(500),
          Wei.gwei(3),
          1,
          Duration.ofMinutes(3),
          Duration.ofSeconds(30),
          Duration.ofMillis(2500),
          Duration.ofMillis(500));

  public SendPolicy {
    if (gasMarginPercent < 0
        || gasMarginPercent > 1000
        || maxGas < 21_000
        || maxGas > 1L << 40
        || maxFee.value().bitLength() > 128
        || maxTip.value().bitLength() > 128
        || confirmations < 1
        || patience.isNegative()
        || !maxPoll.isPositive()) {
      throw new IllegalArgumentException("no such policy");
    }
  }

  public SendPolicy withMaxGas(long gas) {
    return new SendPolicy(
        gasMarginPercent,
        gas,
        maxFee,
        maxTip,
        confirmations,
        timeout,
        bumpAfter,
        patience,
        maxPoll);
  }

  public SendPolicy withMaxFee(Wei fee) {
    return new SendPolicy(
        gasMarginPercent,
        maxGas,
        fee,
        maxTip,
        confirmations,
        timeout,
        bumpAfter,
        patience,
        maxPoll);
  }

  public SendPolicy withMaxTip(Wei tip) {
    return new SendPolicy(
        gasMarginPercent,
        maxGas,
        maxFee,
        tip,
        confirmations,
        timeout,
        bumpAfter,
        patience,
        maxPoll);
  }

  public SendPolicy withConfirmations(int blocks) {
    return new SendPolicy(
        gasMarginPercent, maxGas, maxFee, maxTip, blocks, timeout, bumpAfter, patience, maxPoll);
  }

  public SendPolicy withTimeout(Duration wait) {
    return new SendPolicy(
        gasMarginPercent,
        maxGas,
        maxFee,
        maxTip,
        confirmations,
        wait,
        bumpAfter,
        patience,
        maxPoll);
  }

  public SendPolicy withBumpAfter(Duration wait) {
    return new SendPolicy(
        gasMarginPercent, maxGas, maxFee, maxTip, confirmations, timeout, wait, patience, maxPoll);
  }

  public SendPolicy withPatience(Duration wait) {
    return new SendPolicy(
        gasMarginPercent, maxGas, maxFee, maxTip, confirmations, timeout, bumpAfter, wait, maxPoll);
  }
}

package opml.ethereum.send;

import java.math.BigInteger;
import java.util.Optional;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.UnsignedTransaction;

/// What to offer for a unit of gas (EIP-1559).
///
/// @param tip for the block's producer
/// @param max base fee and tip together, at most
record Fees(Wei tip, Wei max) {
  /// {@return what a transaction offers}
  static Fees of(UnsignedTransaction transaction) {
    return new Fees(transaction.tip(), transaction.maxFee());
  }

  /// {@return fees that stay good while the base fee doubles, which takes at least six full blocks}
  ///
  /// @throws ChainException.TooExpensive if the base fee alone exceeds the ceiling
  static Fees of(Wei baseFee, Wei tip, Wei ceiling) {
    if (baseFee.compareTo(ceiling) > 0) {
      throw new ChainException.TooExpensive(
          "gas costs %s wei a unit, more than the ceiling of %s wei"
              .formatted(baseFee.value(), ceiling.value()));
    }
    Wei affordable = tip.min(ceiling.minus(baseFee));
    return new Fees(affordable, baseFee.times(2).plus(affordable).min(ceiling));
  }

  /// {@return fees high enough to replace a transaction with these, or nothing if the ceiling does
  /// not allow it}
  ///
  /// Nodes ask for 10 % more of both; this is an eighth more and at least a wei.
  Optional<Fees> raised(Wei baseFee, Wei ceiling) {
    Wei newTip = eighthMore(tip);
    Wei newMax = eighthMore(max).max(baseFee.min(ceiling).times(2).plus(newTip).min(ceiling));
    return newMax.compareTo(ceiling) > 0
        ? Optional.empty()
        : Optional.of(new Fees(newTip.min(newMax), newMax));
  }

  /// {@return the next try at replacing a transaction whose fees are not known, or nothing if the ceiling does not
  /// allow it}
  ///
  /// An eighth more of both; and at least an eighth of all is the tip, since a small tip would take very many eighths
  /// to reach a large one.
  Optional<Fees> outbidding(Wei ceiling) {
    return raised(Wei.ZERO, ceiling)
        .map(fees -> new Fees(fees.tip.max(new Wei(fees.max.value().shiftRight(3))), fees.max));
  }

  private static Wei eighthMore(Wei fee) {
    BigInteger eighth = fee.value().shiftRight(3);
    return new Wei(fee.value().add(eighth).add(BigInteger.ONE));
  }
}

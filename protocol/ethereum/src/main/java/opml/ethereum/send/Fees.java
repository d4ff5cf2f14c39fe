package opml.ethereum.send;

import java.math.BigInteger;
import java.util.Optional;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;

/// What to offer for a unit of gas (EIP-1559).
///
/// @param tip for the block's producer
/// @param max base fee and tip together, at most
record Fees(Wei tip, Wei max) {
  /// {@return fees that stay good while the base fee doubles, which takes at least six full blocks}
  ///
  /// @throws ChainException.TooExpensive if the base fee alone exceeds the ceiling
  static Fees of(Wei baseFee, Wei suggestedTip, Wei ceiling) {
    if (baseFee.compareTo(ceiling) > 0) {
      throw new ChainException.TooExpensive(
          "gas costs %s wei a unit, more than the ceiling of %s wei"
              .formatted(baseFee.value(), ceiling.value()));
    }
    // A node may suggest anything; only what the ceiling leaves can come of it.
    Wei tip = suggestedTip.min(ceiling.minus(baseFee));
    return new Fees(tip, baseFee.times(2).plus(tip).min(ceiling));
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

  private static Wei eighthMore(Wei fee) {
    BigInteger eighth = fee.value().shiftRight(3);
    return new Wei(fee.value().add(eighth).add(BigInteger.ONE));
  }
}

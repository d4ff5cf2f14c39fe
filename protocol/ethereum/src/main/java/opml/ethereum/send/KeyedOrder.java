package opml.ethereum.send;

import opml.core.account.Wei;

/// An order that may wait for its turn.
///
/// @param key what it answers: whoever hands over the same again means the same
/// @param isAtStake whether something is lost without it that is staked already; such orders go before all others
/// @param deadline seconds since 1970 until which it is of use; what ends first goes first
public record KeyedOrder<K>(K key, Order order, boolean isAtStake, long deadline) {
  /// {@return the money that goes with it}
  public Wei value() {
    return order.call().value();
  }
}

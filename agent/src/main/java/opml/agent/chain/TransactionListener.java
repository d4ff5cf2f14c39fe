package opml.agent.chain;

import opml.game.claim.Address;

/// Hears of every transaction that was mined and confirmed, whether it succeeded or reverted.
@FunctionalInterface
public interface TransactionListener {
  TransactionListener NONE = (_, _, _) -> {};

  void mined(Address from, Call call, Receipt receipt);
}

package opml.ethereum.send;

import opml.core.account.Address;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Receipt;

/// Hears of every transaction that was mined and confirmed, whether it succeeded or reverted.
@FunctionalInterface
public interface TransactionListener {
  TransactionListener NONE = (_, _, _) -> {};

  void mined(Address from, Call call, Receipt receipt);
}

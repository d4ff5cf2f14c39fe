package opml.ethereum.send;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import opml.core.account.Address;

/// The nonces that this process has on their way on one chain, account by account. All [Sender]s of one account share
/// one of these; those that do not are to each other as two processes with the same key.
public final class Nonces {
  private final Map<Address, NonceBook> books = new ConcurrentHashMap<>();

  NonceBook of(Address account) {
    return books.computeIfAbsent(account, _ -> new NonceBook());
  }
}

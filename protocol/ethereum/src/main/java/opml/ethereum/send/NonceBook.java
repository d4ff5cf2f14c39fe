package opml.ethereum.send;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import opml.core.account.Address;
import opml.ethereum.chain.Chain;

/// The nonces that this process has on their way for one account; all its senders on one [Chain]
/// object share the book.
///
/// The chain itself is the record: the next nonce is the first one that neither the node nor this
/// process has in use. So nothing needs to be stored, a restarted process goes on where the chain is,
/// and the nonce of a transaction that was lost for good is used again rather than leaving a gap.
final class NonceBook {
  private static final Map<Chain, Map<Address, NonceBook>> BOOKS = new WeakHashMap<>();

  /// Held from choosing a nonce until the node has the transaction.
  final ReentrantLock lock = new ReentrantLock();

  private final Set<Long> inFlight = new HashSet<>();

  private NonceBook() {}

  static NonceBook of(Chain chain, Address account) {
    synchronized (BOOKS) {
      return BOOKS
          .computeIfAbsent(chain, _ -> new ConcurrentHashMap<>())
          .computeIfAbsent(account, _ -> new NonceBook());
    }
  }

  /// {@return the first nonce from `pending` on that this process does not use}
  synchronized long next(long pending) {
    long nonce = pending;
    while (inFlight.contains(nonce)) {
      nonce++;
    }
    return nonce;
  }

  synchronized void take(long nonce) {
    inFlight.add(nonce);
  }

  synchronized void release(long nonce) {
    inFlight.remove(nonce);
  }
}

package opml.ethereum.send;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/// The nonces that this process has on their way for one account; all its senders share the book, by [Nonces].
///
/// The chain itself is the record: the next nonce is the first one that neither the node nor this
/// process has in use. So nothing needs to be stored, a restarted process goes on where the chain is,
/// and the nonce of a transaction that was lost for good is used again rather than leaving a gap.
///
/// What the node has of the account and this process has not is a *stranger*: of a process before, of another one with
/// the same key, or a transaction of our own that nobody waits for any more.
final class NonceBook {
  /// The default patience, so often, is longer than the time between two blocks of any chain that is well.
  private static final int PATIENCES_WITHOUT_BLOCK = 6;

  /// Held from choosing a nonce until the node has the transaction.
  final ReentrantLock lock = new ReentrantLock();

  private final Set<Long> inFlight = new HashSet<>();
  private final SortedSet<Long> strangers = new TreeSet<>();
  private long blocked = -1;
  private long blockedSince;
  private long blockedHeight;

  /// {@return the first nonce from `pending` on that this process does not use}
  synchronized long next(long pending) {
    long nonce = pending;
    while (inFlight.contains(nonce)) {
      nonce++;
    }
    return nonce;
  }

  synchronized boolean has(long nonce) {
    return inFlight.contains(nonce);
  }

  synchronized void take(long nonce) {
    inFlight.add(nonce);
    strangers.remove(nonce);
  }

  synchronized void release(long nonce) {
    inFlight.remove(nonce);
  }

  /// Notes that nobody waits any more for a transaction that may still arrive.
  synchronized void abandon(long nonce) {
    inFlight.remove(nonce);
    strangers.add(nonce);
  }

  /// Notes a look at the chain.
  ///
  /// @param height the number of the newest block
  /// @param now as [opml.core.time.Time#nanoTime()]
  /// @return the nonces of strangers that wait for a block
  synchronized SortedSet<Long> look(long mined, long pending, long height, long now) {
    SortedSet<Long> waiting = new TreeSet<>();
    for (long nonce = mined; nonce < pending; nonce++) {
      if (!inFlight.contains(nonce)) {
        waiting.add(nonce);
      }
    }
    strangers.addAll(waiting);
    if (!waiting.contains(mined)) {
      blocked = -1;
    } else if (blocked != mined) {
      blocked = mined;
      blockedSince = now;
      blockedHeight = height;
    }
    return waiting;
  }

  /// {@return whether a stranger has had the first nonce that is not mined for so long. While it is ours, no stranger
  /// behind it is to blame}
  synchronized boolean isBlockedFor(Duration patience, long now) {
    return blocked >= 0 && now - blockedSince >= patience.toNanos();
  }

  /// {@return whether a stranger has had it for so long and was left out of a block; or for six times as long, if there
  /// are no blocks}
  synchronized boolean isOverdue(Duration patience, long height, long now) {
    return isBlockedFor(patience, now)
        && (height > blockedHeight
            || isBlockedFor(patience.multipliedBy(PATIENCES_WITHOUT_BLOCK), now));
  }

  /// {@return whether strangers that were seen waiting are in blocks by now; they are forgotten then}
  synchronized boolean strangersArrived(long mined) {
    SortedSet<Long> arrived = strangers.headSet(mined);
    boolean any = !arrived.isEmpty();
    arrived.clear();
    return any;
  }
}

package opml.ethereum.send;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Pending;

/// A transaction that was handed over, or may have been, and what a [Watch] knows of it.
final class Flight {
  final Pending pending;
  final Logbook log;

  /// Until when it is waited for, and since when its last version is on offer, by [opml.core.time.Time#nanoTime()].
  final long end;

  long offeredAt;

  /// Whether nobody can say if the node has the last version.
  boolean doubtful;

  /// Whether the node found the last version too cheap.
  boolean tooCheap;

  /// When a block had its nonce, but no receipt was found, and how often that was seen.
  long missingSince;

  int looksMissing;

  /// How often in a row the node would not have it for good.
  int refusals;

  /// Why its nonce was given to a cancellation.
  Optional<ChainException> cancelledFor = Optional.empty();

  /// The last trouble, or nothing.
  String problem = "";

  /// For how many looks in a row nobody wanted it: after a few, a higher fee is paid for nothing but its nonce.
  int looksUnwanted;

  /// The blocks that it was seen in, of which more than one can be part of the chain, one after the other.
  final Set<Bytes32> blocks = new HashSet<>();

  Flight(Pending pending, Logbook log, boolean doubtful, SendPolicy policy, long now) {
    this.pending = pending;
    this.log = log;
    this.doubtful = doubtful;
    this.offeredAt = now;
    this.end = now + policy.timeout().toNanos();
  }

  long nonce() {
    return pending.nonce();
  }
}

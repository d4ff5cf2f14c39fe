package opml.ethereum.send;

import java.util.Optional;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Pending;

/// A transaction that was handed over, or may have been, and what a [Watch] knows of it.
final class Flight {
  final Pending pending;

  /// Until when it is waited for, and since when its last version is on offer, by [System#nanoTime].
  final long end;

  long offeredAt = System.nanoTime();

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

  Flight(Pending pending, boolean doubtful, SendPolicy policy) {
    this.pending = pending;
    this.doubtful = doubtful;
    this.end = System.nanoTime() + policy.timeout().toNanos();
  }

  long nonce() {
    return pending.nonce();
  }
}

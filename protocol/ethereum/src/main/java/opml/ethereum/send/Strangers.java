package opml.ethereum.send;

import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Predicate;
import opml.ethereum.chain.BlockRef;

/// What waits for a block under the account's key and is not known to this process.
final class Strangers {
  private final Account account;

  Strangers(Account account) {
    this.account = account;
  }

  /// One look at the account's nonces.
  ///
  /// @param mined the first nonce that is not in a block
  /// @param pending the next nonce behind all that the node knows
  /// @param latest the newest block
  /// @param waiting the nonces of strangers between the first two
  record Look(long mined, long pending, BlockRef latest, SortedSet<Long> waiting) {
    /// {@return whether the next nonce to be mined is a stranger's}
    boolean isBlocked() {
      return waiting.contains(mined);
    }
  }

  Look look() {
    return look(Optional.empty());
  }

  /// The same, of one who knew of no stranger: who has all the nonces up to the one that the node would give out next
  /// knows of none now.
  ///
  /// @param head the newest block, for which the caller has just asked
  /// @param mined the first nonce that was not in a block when the caller looked last
  Look look(BlockRef head, long mined) {
    long pending = account.chain().pendingNonce(account.address());
    return pending == account.nonces().next(mined)
        ? new Look(mined, pending, head, Collections.emptySortedSet())
        : look(Optional.of(head));
  }

  private Look look(Optional<BlockRef> head) {
    long mined = account.chain().minedNonce(account.address());
    long pending = account.chain().pendingNonce(account.address());
    BlockRef latest = head.orElseGet(account.chain()::latest);
    SortedSet<Long> waiting = account.nonces().look(mined, pending, latest.number(), account.now());
    return new Look(mined, pending, latest, waiting);
  }

  /// Waits as long as the next nonce is a stranger's that may still get into a block by itself.
  ///
  /// @return the last look; what blocks there is to be replaced
  Look giveWay() {
    Duration patience = account.policy().patience();
    return waitUntil(
        look -> account.nonces().isOverdue(patience, look.latest().number(), account.now()));
  }

  private Look waitUntil(Predicate<Look> isEnough) {
    Pauses pauses = account.pauses();
    Look look = look();
    while (look.isBlocked() && !isEnough.test(look)) {
      pauses.pause();
      look = look();
    }
    return look;
  }
}

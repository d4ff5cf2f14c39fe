package opml.ethereum.send;

import java.time.Duration;
import java.util.SortedSet;

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
  /// @param waiting the nonces of strangers between them
  record Look(long mined, long pending, SortedSet<Long> waiting) {
    /// {@return whether the next nonce to be mined is a stranger's}
    boolean isBlocked() {
      return waiting.contains(mined);
    }
  }

  Look look() {
    long mined = account.chain().minedNonce(account.address());
    long pending = account.chain().pendingNonce(account.address());
    return new Look(mined, pending, account.nonces().look(mined, pending));
  }

  /// Waits as long as the next nonce is a stranger's.
  ///
  /// @param patience for each of them; none if it was exhausted before
  /// @return the last look
  Look settle(Duration patience) {
    Pauses pauses = new Pauses(account.policy().maxPoll());
    Look look = look();
    while (look.isBlocked() && !account.nonces().isBlockedFor(patience)) {
      pauses.pause();
      look = look();
    }
    return look;
  }
}

package opml.ethereum.send;

import java.time.Duration;
import opml.core.time.Time;
import opml.ethereum.chain.ChainException;

/// Pauses between looks at the chain: short ones first, for a chain that is quick.
final class Pauses {
  static final Duration FIRST = Duration.ofMillis(4);

  private final Time time;
  private final Duration longest;
  private Duration next = FIRST;

  Pauses(Time time, Duration longest) {
    this.time = time;
    this.longest = longest;
  }

  /// Waits, next time twice as long.
  ///
  /// @throws ChainException.Unreachable if the thread is interrupted
  void pause() {
    try {
      time.sleep(next);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChainException.Unreachable("interrupted while waiting for a transaction", e);
    }
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) > 0 ? longest : doubled;
  }

  /// Begins again with short ones, since something happened.
  void restart() {
    next = FIRST;
  }
}

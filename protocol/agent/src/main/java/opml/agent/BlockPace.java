package opml.agent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import opml.ethereum.chain.BlockRef;

/// When the next block is due, by how fast the last ones came: so that somebody looks right behind each block,
/// and not in between.
///
/// The chain's times alone will not do, which are whole seconds, and anything on a chain for tests; the moments at
/// which blocks were seen alone will not do either, which say how often somebody looked. Only where both agree is
/// it known how fast the chain is.
final class BlockPace {
  private static final int REMEMBERED = 32;
  private static final int ENOUGH = 5;
  private static final long NANOS = 1_000_000_000;

  /// A block is looked for so much earlier than it is due: what was seen late is seen in time again some blocks later.
  private static final long EARLY = 32;

  /// One that is late is looked for again so soon.
  private static final long AGAIN = 8;

  /// After so many blocks that did not come, nobody knows when the next will.
  private static final long MISSED_MOST = 4;

  /// Nothing is waited for longer: whoever watches an agent wants to know that it looks.
  private static final Duration MOST = Duration.ofSeconds(15);

  private static final Duration LEAST = Duration.ofMillis(50);

  private record Seen(BlockRef block, long nanos) {}

  private final Deque<Seen> seen = new ArrayDeque<>();

  /// Notes the newest block, as often as somebody looked.
  ///
  /// @param nanos as [opml.core.time.Time#nanoTime()]
  void saw(BlockRef block, long nanos) {
    if (!seen.isEmpty() && seen.getLast().block().number() >= block.number()) {
      return;
    }
    seen.addLast(new Seen(block, nanos));
    if (seen.size() > REMEMBERED) {
      seen.removeFirst();
    }
  }

  /// {@return how long to wait until a look is worth while}
  ///
  /// @param pause where that is not known
  Duration untilDue(long nanos, Duration pause) {
    Optional<Long> interval = interval();
    if (interval.isEmpty()) {
      return pause;
    }
    long between = interval.get();
    long waited = nanos - seen.getLast().nanos();
    if (waited > MISSED_MOST * between) {
      return pause;
    }
    long left = between - between / EARLY - waited;
    Duration wait = Duration.ofNanos(left > 0 ? left : between / AGAIN);
    return wait.compareTo(LEAST) < 0 ? LEAST : wait.compareTo(MOST) > 0 ? MOST : wait;
  }

  /// {@return nanoseconds between two blocks, if that is known}
  private Optional<Long> interval() {
    if (seen.size() < ENOUGH) {
      return Optional.empty();
    }
    Seen first = seen.getFirst();
    Seen last = seen.getLast();
    long blocks = last.block().number() - first.block().number();
    long byClock = (last.nanos() - first.nanos()) / blocks;
    long byChain = (last.block().timestamp() - first.block().timestamp()) * NANOS / blocks;
    return byClock > byChain / 2 && byClock < 2 * byChain ? Optional.of(byClock) : Optional.empty();
  }
}

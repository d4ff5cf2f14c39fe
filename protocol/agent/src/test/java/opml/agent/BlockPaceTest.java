package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import org.junit.jupiter.api.Test;

class BlockPaceTest {
  private static final long SECOND = 1_000_000_000;
  private static final Duration POLL = Duration.ofSeconds(1);

  private static BlockRef block(long number, long timestamp) {
    return new BlockRef(
        number, Bytes32.ofWord(number + 1), Bytes32.ofWord(number), timestamp, Wei.ZERO);
  }

  /// Looks whenever it is worth while, for so many blocks.
  ///
  /// @return how many looks there were, and the greatest time from a block to the look that saw it
  private static long[] play(BlockPace pace, long interval, int blocks) {
    long now = 0;
    long looks = 0;
    long late = 0;
    long seen = -1;
    long settled = blocks / 4;
    while (now < blocks * interval) {
      long number = now / interval;
      boolean counts = number > settled;
      pace.saw(block(number, number * interval / SECOND), now);
      if (number != seen && counts) {
        late = Math.max(late, now - number * interval);
      }
      seen = number;
      looks += counts ? 1 : 0;
      now += pace.untilDue(now, POLL).toNanos();
    }
    return new long[] {looks, late};
  }

  @Test
  void aBlockIsSeenSoonAndSeldomLookedForInVain() {
    for (long interval : new long[] {2 * SECOND, 12 * SECOND}) {
      long[] played = play(new BlockPace(), interval, 200);
      assertThat(played[0]).as("looks at 149 blocks").isLessThanOrEqualTo(149 * 3 / 2);
      assertThat(played[1]).as("nanoseconds late").isLessThanOrEqualTo(interval / 6);
    }
  }

  @Test
  void whereNobodyKnowsHowFastTheChainIsThePauseIsTheOneThatWasAskedFor() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    BlockPace pace = new BlockPace();
    assertThat(pace.untilDue(0, POLL)).isEqualTo(POLL);
    long timestamp = 0;
    for (int i = 0; i < 50; i++) {
      // A chain for tests: its time flies, and blocks come at once.
      timestamp += 100 + random.nextInt(1000);
      long now = i * SECOND / 100;
      pace.saw(block(i, timestamp), now);
      assertThat(pace.untilDue(now, POLL)).as("seed %d", seed).isEqualTo(POLL);
    }
  }

  @Test
  void aChainThatStopsIsPolled() {
    BlockPace pace = new BlockPace();
    for (int i = 0; i < 20; i++) {
      pace.saw(block(i, 2L * i), 2L * i * SECOND);
    }
    long last = 38 * SECOND;
    assertThat(pace.untilDue(last, POLL)).isGreaterThan(Duration.ofMillis(1_900));
    assertThat(pace.untilDue(last + 2 * SECOND, POLL)).isEqualTo(Duration.ofMillis(250));
    assertThat(pace.untilDue(last + 20 * SECOND, POLL)).isEqualTo(POLL);
  }
}

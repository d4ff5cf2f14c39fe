package opml.hub;

import java.time.Duration;
import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Finality;

/// How long a reader remembers what is over.
///
/// @param finality when a block is there for good
/// @param blocks behind a final block for which requests that are over stay in pictures, with their claims and games
/// @param time for which they stay in any case, by the chain's clock
public record Retention(Finality finality, long blocks, Duration time) {
  /// What a node has: half an hour of a chain with a block every two seconds.
  public static final long BLOCKS = 1024;

  public static final Retention DEFAULT =
      new Retention(new Finality.Tagged(BlockTag.FINALIZED), BLOCKS);

  public Retention {
    if (blocks < 0) {
      throw new IllegalArgumentException("not a number of blocks: " + blocks);
    }
  }

  public Retention(Finality finality, long blocks) {
    this(finality, blocks, Duration.ZERO);
  }

  /// {@return the same that lasts so long at least}
  public Retention atLeast(Duration least) {
    return new Retention(finality, blocks, time.compareTo(least) < 0 ? least : time);
  }
}

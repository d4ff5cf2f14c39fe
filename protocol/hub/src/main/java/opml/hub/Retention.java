package opml.hub;

import opml.ethereum.chain.BlockTag;
import opml.ethereum.chain.Finality;

/// How long a reader remembers what is over.
///
/// @param finality when a block is there for good
/// @param blocks behind a final block for which requests that are over stay in pictures, with their claims and games
public record Retention(Finality finality, long blocks) {
  /// What a node has: half an hour of a chain with a block every two seconds.
  public static final long BLOCKS = 1024;

  public static final Retention DEFAULT =
      new Retention(new Finality.Tagged(BlockTag.FINALIZED), BLOCKS);

  public Retention {
    if (blocks < 0) {
      throw new IllegalArgumentException("not a number of blocks: " + blocks);
    }
  }
}

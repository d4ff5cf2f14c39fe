package opml.ethereum.chain;

/// From when on a block is taken to be part of the chain for good. What is decided follows from the newest block in any
/// case; only what is let go of waits until it is final.
public sealed interface Finality {
  /// A block is final that has so many behind it; 0 for the newest.
  record Depth(long blocks) implements Finality {
    public Depth {
      if (blocks < 0) {
        throw new IllegalArgumentException("not a number of blocks: " + blocks);
      }
    }
  }

  /// A block is final when the chain says so.
  record Tagged(BlockTag tag) implements Finality {}
}

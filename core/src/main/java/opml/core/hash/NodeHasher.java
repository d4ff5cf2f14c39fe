package opml.core.hash;

/// Hashes tree nodes in pairs, [#width()] pairs side by side: the work of every Merkle tree here.
///
/// All of them yield the bits of [#scalar()], which is the normative one; they differ in speed. Safe
/// for use by several threads.
public abstract class NodeHasher {
  /// What follows the 64 bytes of two nodes in their only block: `0x01`, zeros, `0x80`.
  static final long NODE_PAD = 0x01L;

  static final long LAST_PAD = 0x8000000000000000L;

  /// Lanes of a node.
  static final int NODE = 4;

  /// Lanes of a pair.
  static final int PAIR = 2 * NODE;

  NodeHasher() {}

  /// {@return the one that hashes one pair after the other; there on every machine}
  public static NodeHasher scalar() {
    return ScalarNodeHasher.INSTANCE;
  }

  /// {@return the best that this JVM is known to run well by now}
  ///
  /// Vector code is slow until HotSpot has compiled it, so a JVM starts with [#scalar()] and changes
  /// once, after the first 64 Ki pairs or so; [NodeHasherChoice] tells how.
  public static NodeHasher current() {
    return NodeHasherChoice.current();
  }

  /// {@return the one that [#current()] gives for good; waits some seconds for the choice}
  public static NodeHasher settled() {
    return NodeHasherChoice.settled();
  }

  /// {@return the pairs hashed side by side}
  public abstract int width();

  /// {@return for people, as in `8 x 64 bit`}
  public abstract String name();

  /// Hashes `width` pairs that lie interleaved: lane `k` of pair `j` at `from + k·width + j`, of eight
  /// lanes a pair; the hashes likewise from `to`, four lanes each. `to` may be `from`.
  abstract void pairs(long[] words, int from, int to);

  /// Replaces pairs of neighbours by their parents: node `i` is the four lanes from `4i` on; reads
  /// `2·parents` nodes, writes `parents`.
  public final void parents(long[] nodes, int parents) {
    NodeHasherChoice.count(parents);
    hashParents(nodes, parents);
  }

  /// [#parents], one loop for each hasher, so that HotSpot sees constants in each.
  abstract void hashParents(long[] nodes, int parents);

  /// Replaces `width` trees of `2^height` leaves by their roots: leaf `i` of tree `j` is the four lanes from
  /// `4·(2^height·j + i)` on; root `j` the four lanes from `4j` on.
  ///
  /// The fastest way to hash much: the trees are laid side by side once and stay so on every level, whereas
  /// [#parents] does that anew on each.
  ///
  /// @param scratch at least as long as all leaves; its contents are lost
  public final void roots(long[] leaves, int height, long[] scratch) {
    NodeHasherChoice.count((long) width() << height);
    hashRoots(leaves, height, scratch);
  }

  abstract void hashRoots(long[] leaves, int height, long[] scratch);
}

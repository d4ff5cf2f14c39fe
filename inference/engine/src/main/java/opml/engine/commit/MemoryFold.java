package opml.engine.commit;

import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.ZeroHashes;

/// The root of a memory of which only some aligned subtrees are not zero (`spec/protocol.md` §1.5).
/// The contract computes the same from a node's descriptor and the slots' roots.
///
/// `fold(h, j)`: where the next unused segment starts behind this subtree, or none is left, the subtree is
/// zero; where it *is* this subtree, its root; else the hash of both halves. Segments that are not sorted,
/// overlap or do not fit are never used up.
public final class MemoryFold {
  private final List<Placed> segments;
  private int next;

  private MemoryFold(List<Placed> segments) {
    this.segments = segments;
  }

  /// {@return the root of a memory of `32·2^memDepth` bytes with these segments in it}
  ///
  /// @throws IllegalArgumentException unless the segments are sorted, disjoint and inside
  public static Bytes32 root(int memDepth, List<Placed> segments) {
    MemoryFold fold = new MemoryFold(segments);
    Bytes32 root = fold.fold(memDepth, 0);
    if (fold.next != segments.size()) {
      throw fold.refuse();
    }
    return root;
  }

  private Bytes32 fold(int height, long index) {
    if (next == segments.size()) {
      return ZeroHashes.at(height);
    }
    Placed segment = segments.get(next);
    long start = segment.index() << segment.depth();
    if (start >= (index + 1) << height) {
      return ZeroHashes.at(height);
    }
    if (segment.depth() == height && segment.index() == index) {
      next++;
      return segment.root();
    }
    if (height == 0) {
      throw refuse();
    }
    Bytes32 left = fold(height - 1, 2 * index);
    return Keccak.node(left, fold(height - 1, 2 * index + 1));
  }

  private IllegalArgumentException refuse() {
    Placed segment = segments.get(next);
    return new IllegalArgumentException(
        "segment "
            + next
            + " (depth "
            + segment.depth()
            + ", index "
            + segment.index()
            + ") overlaps the one before it, or is out of order or out of the memory");
  }
}

package opml.core.merkle;

import opml.core.hash.NodeHasher;

/// Nodes of one level, to be computed from the level below. For one thread.
final class ParentBatch {
  private static final int CAPACITY = 64;

  private final NodeHasher hasher;
  private final Nodes below;
  private final Nodes level;
  private final long[] children;
  private final int[] indices;
  private int count;

  /// @param expected how many will be added, about
  ParentBatch(NodeHasher hasher, Nodes below, Nodes level, int expected) {
    this.hasher = hasher;
    this.below = below;
    this.level = level;
    this.indices = new int[Math.clamp(expected, 1, CAPACITY)];
    this.children = new long[2 * Nodes.LANES * indices.length];
  }

  /// Takes the node `index` of the level above; of a level with an odd number of nodes, the last is
  /// followed by zeros.
  void add(int index) {
    int left = 2 * index;
    boolean rightZero = left + 1 == below.count() || below.isZero(left + 1);
    if (rightZero && below.isZero(left)) {
      level.clear(index);
      return;
    }
    below.copyTo(left, children, 2 * count);
    if (left + 1 < below.count()) {
      below.copyTo(left + 1, children, 2 * count + 1);
    } else {
      new Nodes(below.height(), 1).copyTo(0, children, 2 * count + 1);
    }
    indices[count++] = index;
    if (count == indices.length) {
      flush();
    }
  }

  /// Hashes what has been collected.
  void flush() {
    hasher.parents(children, count);
    for (int i = 0; i < count; i++) {
      level.copyFrom(children, i, indices[i]);
    }
    count = 0;
  }
}

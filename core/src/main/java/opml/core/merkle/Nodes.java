package opml.core.merkle;

import java.util.Arrays;
import opml.core.hash.Bytes32;

/// The nodes of one height, four lanes each. The root of a zero subtree is kept as zeros, so that a
/// new array is a level of an empty tree; no other hash is zero.
///
/// @param height of the nodes
/// @param lanes four a node
@SuppressWarnings("ArrayRecordComponent") // a view of the array, on purpose
record Nodes(int height, long[] lanes) {
  /// Lanes of a node.
  static final int LANES = 4;

  /// `count` roots of zero subtrees.
  Nodes(int height, int count) {
    this(height, new long[Math.multiplyExact(LANES, count)]);
  }

  int count() {
    return lanes.length / LANES;
  }

  /// {@return node `index`, a zero subtree by its hash}
  Bytes32 get(int index) {
    int at = LANES * index;
    Bytes32 node = new Bytes32(lanes[at], lanes[at + 1], lanes[at + 2], lanes[at + 3]);
    return node.isZero() ? ZeroHashes.at(height) : node;
  }

  boolean isZero(int index) {
    int at = LANES * index;
    return (lanes[at] | lanes[at + 1] | lanes[at + 2] | lanes[at + 3]) == 0;
  }

  void clear(int index) {
    Arrays.fill(lanes, LANES * index, LANES * (index + 1), 0);
  }

  /// Sets node `index` to the lanes of node `from` of an array.
  void copyFrom(long[] source, int from, int index) {
    System.arraycopy(source, LANES * from, lanes, LANES * index, LANES);
  }

  /// Writes node `index`, a zero subtree by its hash, as node `to` of an array.
  void copyTo(int index, long[] target, int to) {
    int at = LANES * to;
    if (!isZero(index)) {
      System.arraycopy(lanes, LANES * index, target, at, LANES);
    } else {
      Bytes32 zero = ZeroHashes.at(height);
      target[at] = zero.lane0();
      target[at + 1] = zero.lane1();
      target[at + 2] = zero.lane2();
      target[at + 3] = zero.lane3();
    }
  }
}

package opml.core.merkle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import opml.core.hash.Bytes32;
import opml.core.hash.NodeHasher;

/// Subtrees of one height, collected until there is one for each of the hasher's lanes. For one thread.
///
/// Eight pages are 32 KiB, which stays near the core. Zero pages are not hashed.
final class PageBatch {
  private static final ValueLayout.OfLong LANE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final NodeHasher hasher;
  private final int height;
  private final int lanes;
  private final Nodes target;
  private final long[] nodes;
  private final long[] scratch;
  private final int[] indices;
  private int count;

  /// @param target receives the roots of the subtrees
  /// @param expected how many will be added, about
  PageBatch(NodeHasher hasher, int height, Nodes target, int expected) {
    this.hasher = hasher;
    this.height = height;
    this.lanes = Nodes.LANES << height;
    this.target = target;
    this.indices = new int[Math.clamp(expected, 1, hasher.width())];
    this.nodes = new long[indices.length * lanes];
    this.scratch = new long[hasher.width() == 1 ? 0 : nodes.length];
  }

  /// Takes the bytes from offset `from` on, zero-padded, as subtree `index`.
  void add(MemorySegment bytes, long from, int index) {
    int at = count * lanes;
    if (load(bytes, from, at)) {
      indices[count++] = index;
      if (count == indices.length) {
        flush();
      }
    } else {
      target.clear(index);
    }
  }

  /// Hashes what has been collected.
  void flush() {
    if (count == 0) {
      return;
    }
    if (count == hasher.width()) {
      hasher.roots(nodes, height, scratch);
    } else {
      for (int h = height - 1; h >= 0; h--) {
        hasher.parents(nodes, count << h);
      }
    }
    for (int i = 0; i < count; i++) {
      target.copyFrom(nodes, i, indices[i]);
    }
    count = 0;
  }

  /// {@return whether a byte is not zero}
  private boolean load(MemorySegment bytes, long from, int at) {
    int used = (int) Math.min(bytes.byteSize() - from, (long) Bytes32.BYTES << height);
    int whole = used / 8;
    MemorySegment.copy(bytes, LANE, from, nodes, at, whole);
    Arrays.fill(nodes, at + whole, at + lanes, 0);
    for (int i = 8 * whole; i < used; i++) {
      long value = bytes.get(ValueLayout.JAVA_BYTE, from + i) & 0xffL;
      nodes[at + whole] |= value << 8 * (i - 8 * whole);
    }
    for (int i = at; i < at + lanes; i++) {
      if (nodes[i] != 0) {
        return true;
      }
    }
    return false;
  }
}

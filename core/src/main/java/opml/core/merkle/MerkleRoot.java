package opml.core.merkle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// The root of bytes that lie in one piece, zero-padded to a full tree. This is a tensor's
/// commitment.
public final class MerkleRoot {
  /// Leaves hashed in one go: 4 KiB, small enough to stay in cache.
  private static final int CHUNK_HEIGHT = 7;

  private static final int CHUNK_BYTES = Bytes32.BYTES << CHUNK_HEIGHT;

  private static final ValueLayout.OfLong LANE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private MerkleRoot() {}

  /// {@return the least depth whose tree holds this many bytes; 0 for up to 32}
  public static int depthFor(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("negative size: " + bytes);
    }
    long leaves = Math.max(1, (bytes + Bytes32.BYTES - 1) / Bytes32.BYTES);
    return 64 - Long.numberOfLeadingZeros(leaves - 1);
  }

  /// {@return the root at depth `depth` of an array, zero-padded}
  public static Bytes32 of(byte[] bytes, int depth) {
    return of(MemorySegment.ofArray(bytes), depth);
  }

  /// {@return the root at depth `depth` of a segment's bytes, zero-padded}
  ///
  /// @throws IllegalArgumentException if the bytes do not fit
  public static Bytes32 of(MemorySegment bytes, int depth) {
    long size = bytes.byteSize();
    if (depth < depthFor(size)) {
      throw new IllegalArgumentException(size + " bytes do not fit a tree of depth " + depth);
    }
    return subtree(bytes, 0, depth, new long[4 << CHUNK_HEIGHT], new long[25]);
  }

  private static Bytes32 subtree(
      MemorySegment bytes, long from, int height, long[] nodes, long[] state) {
    if (from >= bytes.byteSize()) {
      return ZeroHashes.at(height);
    }
    if (height <= CHUNK_HEIGHT) {
      return chunk(bytes, from, height, nodes, state);
    }
    long half = (long) Bytes32.BYTES << (height - 1);
    Bytes32 left = subtree(bytes, from, height - 1, nodes, state);
    return Keccak.node(left, subtree(bytes, from + half, height - 1, nodes, state));
  }

  private static Bytes32 chunk(
      MemorySegment bytes, long from, int height, long[] nodes, long[] state) {
    int used = (int) Math.min(bytes.byteSize() - from, CHUNK_BYTES);
    int lanes = 4 << height;
    java.util.Arrays.fill(nodes, 0, lanes, 0);
    int whole = Math.min(used, 8 * lanes) / 8;
    boolean zero = true;
    for (int i = 0; i < whole; i++) {
      nodes[i] = bytes.get(LANE, from + 8L * i);
      zero &= nodes[i] == 0;
    }
    for (int i = 8 * whole; i < Math.min(used, 8 * lanes); i++) {
      long value = bytes.get(ValueLayout.JAVA_BYTE, from + i) & 0xffL;
      nodes[whole] |= value << 8 * (i - 8 * whole);
      zero &= value == 0;
    }
    if (zero) {
      return ZeroHashes.at(height);
    }
    for (int h = height; h > 0; h--) {
      Keccak.parents(nodes, 1 << (h - 1), state);
    }
    return new Bytes32(nodes[0], nodes[1], nodes[2], nodes[3]);
  }
}

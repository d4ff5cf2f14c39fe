package opml.core.merkle;

import java.lang.foreign.MemorySegment;
import opml.core.hash.Bytes32;
import opml.core.hash.NodeHasher;

/// The root of bytes that lie in one piece, zero-padded to a full tree. This is a tensor's
/// commitment.
public final class MerkleRoot {
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

  /// {@return the root at depth `depth` of a segment's bytes, zero-padded; on all cores if it is large}
  ///
  /// @throws IllegalArgumentException if the bytes do not fit
  public static Bytes32 of(MemorySegment bytes, int depth) {
    requireFits(bytes, depth);
    return PageHashes.of(bytes).root(depth);
  }

  /// {@return the root at depth `depth` of a segment's bytes, zero-padded; by others together, if it has several pages}
  ///
  /// @param bytes which other threads may read
  /// @throws IllegalArgumentException if the bytes do not fit
  public static Bytes32 of(MemorySegment bytes, int depth, HashingTeam team) {
    requireFits(bytes, depth);
    return PageHashes.of(bytes, team).root(depth);
  }

  /// {@return the root at depth `depth`, computed with a chosen hasher}
  ///
  /// @param parallel whether other cores may help
  /// @throws IllegalArgumentException if the bytes do not fit
  public static Bytes32 of(MemorySegment bytes, int depth, NodeHasher hasher, boolean parallel) {
    requireFits(bytes, depth);
    return PageHashes.of(bytes, hasher, parallel).root(depth);
  }

  private static void requireFits(MemorySegment bytes, int depth) {
    if (depth < depthFor(bytes.byteSize())) {
      throw new IllegalArgumentException(
          bytes.byteSize() + " bytes do not fit a tree of depth " + depth);
    }
  }
}

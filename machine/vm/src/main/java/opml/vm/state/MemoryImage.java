package opml.vm.state;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;

/// What a memory holds before the first step: some pieces of bytes, zero between them. The pieces are borrowed, not
/// copied, and must not change any more: a memory that is used again takes the same piece to hold the same bytes.
///
/// @param depth of the memory's tree, 0 to 25 (1 GiB)
/// @param pieces disjoint and inside the memory, in any order
public record MemoryImage(int depth, List<Piece> pieces) {
  /// Deepest memory that a machine here can run: a byte array of 1 GiB.
  public static final int MAX_DEPTH = 25;

  /// Bytes at an address. Two pieces are equal if they are the same bytes in the same place, not if they hold the same.
  ///
  /// @param hashes of the bytes' pages, if somebody has them: then they are not hashed again. Used where the address is
  ///     a multiple of a page
  public record Piece(long address, MemorySegment bytes, Optional<PageHashes> hashes) {
    public Piece {
      if (address < 0) {
        throw new IllegalArgumentException("negative address: " + address);
      }
      if (hashes.isPresent() && hashes.get().bytes() != bytes.byteSize()) {
        throw new IllegalArgumentException(
            "hashes of %d bytes for a piece of %d"
                .formatted(hashes.get().bytes(), bytes.byteSize()));
      }
    }

    public Piece(long address, MemorySegment bytes) {
      this(address, bytes, Optional.empty());
    }

    public static Piece of(long address, byte[] bytes) {
      return new Piece(address, MemorySegment.ofArray(bytes));
    }

    long end() {
      return address + bytes.byteSize();
    }
  }

  public MemoryImage {
    if (depth < 0 || depth > MAX_DEPTH) {
      throw new IllegalArgumentException("memory depth is " + depth + ", not in 0.." + MAX_DEPTH);
    }
    List<Piece> sorted = new ArrayList<>(pieces.size());
    for (Piece piece : pieces) {
      if (piece.bytes().byteSize() != 0) {
        sorted.add(piece);
      }
    }
    sorted.sort((a, b) -> Long.compare(a.address(), b.address()));
    long free = 0;
    for (Piece piece : sorted) {
      if (piece.address() > size(depth) - piece.bytes().byteSize()) {
        throw new IllegalArgumentException(
            "%d bytes at 0x%x do not fit a memory of 0x%x bytes"
                .formatted(piece.bytes().byteSize(), piece.address(), size(depth)));
      }
      if (piece.address() < free) {
        throw new IllegalArgumentException(
            "pieces overlap at 0x" + Long.toHexString(piece.address()));
      }
      free = piece.end();
    }
    pieces = List.copyOf(sorted);
  }

  /// {@return an image of zeros}
  public static MemoryImage zero(int depth) {
    return new MemoryImage(depth, List.of());
  }

  /// {@return the image's size in bytes}
  public int size() {
    return (int) size(depth);
  }

  private static long size(int depth) {
    return (long) Bytes32.BYTES << depth;
  }

  /// Copies the image's bytes of the addresses `from` to `to` (exclusive) to the same places of `memory`, whose bytes
  /// there are zero.
  void copyTo(byte[] memory, long from, long to) {
    for (Piece piece : pieces) {
      long start = Math.max(from, piece.address());
      long end = Math.min(to, piece.end());
      if (start < end) {
        MemorySegment.copy(
            piece.bytes(),
            ValueLayout.JAVA_BYTE,
            start - piece.address(),
            memory,
            (int) start,
            (int) (end - start));
      }
    }
  }
}

package opml.kernels.abi;

import java.util.Optional;

/// A node's address space: 16 regions of `2^regionLog2` bytes (`spec/graph.md`). Region 0 holds the fixed segment at
/// its start and the stack at its end, region j + 1 segment argument j.
///
/// @param regionLog2 12 to 26
public record Geometry(int regionLog2) {
  private static final int MIN = 12;
  private static final int MAX = 26;
  private static final int REGIONS_LOG2 = 4;
  private static final int LEAF_LOG2 = 5;

  /// What stays free between the fixed segment and the deepest stack.
  static final long MARGIN = 512;

  public Geometry {
    if (!fits(regionLog2)) {
      throw new IllegalArgumentException("regions of 2^" + regionLog2 + " bytes");
    }
  }

  /// {@return the smallest that holds the largest operand, and in region 0 the fixed segment and the stack}
  ///
  /// @throws IllegalArgumentException if none does
  public static Geometry of(long largestOperand, long fixedBytes, long stackBytes) {
    long needed = Math.max(largestOperand, fixedBytes + stackBytes + MARGIN);
    int log2 = 64 - Long.numberOfLeadingZeros(needed - 1);
    return new Geometry(Math.max(MIN, log2));
  }

  /// {@return the address space that a memory of this depth is, if it is one}
  public static Optional<Geometry> ofMemory(int memDepth) {
    int regionLog2 = memDepth + LEAF_LOG2 - REGIONS_LOG2;
    return fits(regionLog2) ? Optional.of(new Geometry(regionLog2)) : Optional.empty();
  }

  private static boolean fits(int regionLog2) {
    return MIN <= regionLog2 && regionLog2 <= MAX;
  }

  /// {@return the depth of the memory's tree}
  public int memDepth() {
    return regionLog2 + REGIONS_LOG2 - LEAF_LOG2;
  }

  /// {@return the size of a region}
  public long regionBytes() {
    return 1L << regionLog2;
  }

  /// {@return the first stack pointer: the end of region 0, from where the stack grows down}
  public long stackTop() {
    return regionBytes();
  }

  /// {@return the address of segment argument j}
  public long segment(int j) {
    return (j + 1) * regionBytes();
  }

  /// {@return the index of the subtree of this depth at the start of segment argument j}
  public long index(int j, int depth) {
    return segment(j) >>> (LEAF_LOG2 + depth);
  }
}

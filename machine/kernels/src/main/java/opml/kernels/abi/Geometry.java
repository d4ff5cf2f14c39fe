package opml.kernels.abi;

/// A node's address space: 16 regions of `2^regionLog2` bytes (`spec/graph.md`).
///
/// @param regionLog2 12 to 26
public record Geometry(int regionLog2) {
  private static final int MIN = 12;
  private static final int MAX = 26;
  private static final int REGIONS_LOG2 = 4;

  /// What stays free between the fixed segment and the deepest stack.
  static final long MARGIN = 512;

  public Geometry {
    if (regionLog2 < MIN || regionLog2 > MAX) {
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

  /// {@return the depth of the memory's tree}
  public int memDepth() {
    return regionLog2 + REGIONS_LOG2 - 5;
  }

  /// {@return the address of a region; of segment argument j, region j + 1}
  public long address(int region) {
    return (long) region << regionLog2;
  }

  /// {@return the index of a subtree of this depth at the start of a region}
  public long index(int region, int depth) {
    return address(region) >>> (5 + depth);
  }
}

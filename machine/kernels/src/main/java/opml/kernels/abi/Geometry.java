package opml.kernels.abi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Where a node's memory has the operands (`spec/graph.md`): each is a subtree of its own depth, and so aligned to its
/// size. They fill the memory from its end down, the largest first, of equal ones the last argument first; in what is
/// left at the beginning, the fixed segment grows up and the stack grows down.
///
/// ```
/// 0                           the fixed segment
/// address of the smallest     the first stack pointer
/// 32·2^memDepth               behind the largest operand
/// ```
///
/// @param memDepth depth of the memory's tree, 7 to 25: 4 KiB to 1 GiB
/// @param depths of the segment arguments' trees, in their order
public record Geometry(int memDepth, List<Integer> depths) {
  /// A page: what is smaller gains nothing.
  private static final int MIN = 7;

  private static final int MAX = 25;
  private static final int LEAF_LOG2 = 5;

  /// What stays free between the fixed segment and the deepest stack.
  static final long MARGIN = 512;

  public Geometry {
    depths = List.copyOf(depths);
    if (memDepth < MIN || memDepth > MAX) {
      throw new IllegalArgumentException("a node's memory of depth " + memDepth);
    }
    if (depths.stream().anyMatch(depth -> depth < 0 || depth > MAX)
        || operands(depths) > size(memDepth)) {
      throw new IllegalArgumentException(
          "operands of depths %s in a memory of depth %d".formatted(depths, memDepth));
    }
  }

  /// {@return the smallest that holds the operands, the fixed segment and the stack}
  ///
  /// @param operandBytes of each segment argument, at least 1
  /// @throws IllegalArgumentException if none does
  public static Geometry of(long[] operandBytes, long fixedBytes, long stackBytes) {
    List<Integer> depths = Arrays.stream(operandBytes).mapToObj(Geometry::depth).toList();
    boolean small = depths.stream().allMatch(depth -> depth <= MAX);
    long needed = small ? operands(depths) + fixedBytes + stackBytes + MARGIN : Long.MAX_VALUE;
    for (int memDepth = MIN; memDepth <= MAX; memDepth++) {
      if (needed <= size(memDepth)) {
        return new Geometry(memDepth, depths);
      }
    }
    throw new IllegalArgumentException(
        "operands of %s bytes do not fit a node's memory, which is at most %d bytes"
            .formatted(Arrays.toString(operandBytes), size(MAX)));
  }

  /// {@return the one with these addresses of the segment arguments, if there is one}
  public static Optional<Geometry> ofAddresses(int memDepth, long[] addresses) {
    if (memDepth < MIN || memDepth > MAX) {
      return Optional.empty();
    }
    // Each operand ends where the next one begins.
    long[] ends = Arrays.copyOf(addresses, addresses.length + 1);
    ends[addresses.length] = size(memDepth);
    Arrays.sort(ends);
    List<Integer> depths = new ArrayList<>();
    for (long address : addresses) {
      int next = Arrays.binarySearch(ends, address) + 1;
      long bytes = next < ends.length ? ends[next] - address : 0;
      if (bytes < size(0) || Long.bitCount(bytes) != 1) {
        return Optional.empty();
      }
      depths.add(depth(bytes));
    }
    if (depths.stream().anyMatch(depth -> depth > MAX) || operands(depths) > size(memDepth)) {
      return Optional.empty();
    }
    Geometry geometry = new Geometry(memDepth, depths);
    return Arrays.equals(geometry.addresses(), addresses)
        ? Optional.of(geometry)
        : Optional.empty();
  }

  /// {@return whether what lies below the operands holds the fixed segment and the stack}
  public boolean holds(long fixedBytes, long stackBytes) {
    return fixedBytes + stackBytes <= stackTop();
  }

  /// {@return the first stack pointer: where the operands begin, from where the stack grows down}
  public long stackTop() {
    return size(memDepth) - operands(depths);
  }

  /// {@return the address of each segment argument}
  public long[] addresses() {
    long[] addresses = new long[depths.size()];
    long next = stackTop();
    List<Integer> smallestFirst =
        IntStream.range(0, addresses.length)
            .boxed()
            .sorted(Comparator.comparing(depths::get))
            .toList();
    for (int j : smallestFirst) {
      addresses[j] = next;
      next += size(depths.get(j));
    }
    return addresses;
  }

  /// {@return the indices of the segment arguments' subtrees, among those of their depths}
  public long[] indices() {
    long[] indices = addresses();
    for (int j = 0; j < indices.length; j++) {
      indices[j] >>>= LEAF_LOG2 + depths.get(j);
    }
    return indices;
  }

  /// {@return the least depth of a tree over so many bytes}
  private static int depth(long bytes) {
    return bytes <= size(0) ? 0 : Long.SIZE - Long.numberOfLeadingZeros(bytes - 1) - LEAF_LOG2;
  }

  private static long operands(List<Integer> depths) {
    return depths.stream().mapToLong(Geometry::size).sum();
  }

  private static long size(int depth) {
    return 1L << (LEAF_LOG2 + depth);
  }
}

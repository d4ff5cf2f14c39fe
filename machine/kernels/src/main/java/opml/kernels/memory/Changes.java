package opml.kernels.memory;

import java.lang.foreign.MemorySegment;

/// Tells which bytes of the segments that a kernel changes in place a call of it may change: a row of a cache, say, at
/// a position that another segment holds. Whoever runs the kernel in place saves only these, and hashes only these
/// again.
///
/// It is called before the kernel, with what the kernel will be called with, and allocates nothing.
@FunctionalInterface
public interface Changes {
  /// Takes note of ranges.
  @FunctionalInterface
  interface Ranges {
    /// @param segment the number of a segment argument
    /// @param from the offset of the first byte
    void add(int segment, long from, long bytes);
  }

  /// Names every range that a call may change.
  ///
  /// @throws IndexOutOfBoundsException if a position is not inside of its segment; any byte may then change
  void of(MemorySegment[] segments, long[] scalars, Ranges ranges);
}

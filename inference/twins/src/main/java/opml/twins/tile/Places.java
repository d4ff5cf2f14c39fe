package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Checks of what machine code is given, as it checks nothing itself.
final class Places {
  private Places() {}

  /// @throws IndexOutOfBoundsException unless `count` pieces of `bytes`, one every `stride`, lie in the segment
  static void check(MemorySegment segment, long at, long stride, long bytes, int count) {
    if (stride < bytes && count > 1) {
      throw new IndexOutOfBoundsException("pieces of " + bytes + " bytes every " + stride);
    }
    long all = count == 1 ? bytes : Math.addExact(Math.multiplyExact(count - 1, stride), bytes);
    Objects.checkFromIndexSize(at, all, segment.byteSize());
  }

  /// @throws IllegalArgumentException if the segment is read-only
  static void checkWritable(MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException("the result is read-only");
    }
  }
}

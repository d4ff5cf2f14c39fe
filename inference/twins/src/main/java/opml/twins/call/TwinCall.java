package opml.twins.call;

import java.lang.foreign.MemorySegment;

/// The scalars of a kernel's call.
public interface TwinCall {
  /// {@return whether all counts are at least 1, no stride is negative, and no offset overflows}
  default boolean isOrdinary() {
    for (long extent : extents()) {
      if (extent < 1 || extent > Integer.MAX_VALUE) {
        return false;
      }
    }
    return true;
  }

  /// {@return for each segment argument the bytes up to the last that the kernel reaches, or what is no length where
  /// the call is not ordinary}
  long[] extents();

  /// Throws where the reference would. Kernels without a loop around a condition touch the last byte of every extent.
  ///
  /// @throws IndexOutOfBoundsException if a segment is shorter than its extent
  static void check(MemorySegment[] segments, long[] extents) {
    for (int i = 0; i < extents.length; i++) {
      check(segments, i, extents[i]);
    }
  }

  /// Throws where the reference would.
  ///
  /// @throws IndexOutOfBoundsException if a segment is shorter than what the kernel reaches of it
  static void check(MemorySegment[] segments, int operand, long reached) {
    if (segments[operand].byteSize() < reached) {
      throw new IndexOutOfBoundsException(
          "operand %d has %d bytes, and the kernel reaches %d"
              .formatted(operand, segments[operand].byteSize(), reached));
    }
  }
}

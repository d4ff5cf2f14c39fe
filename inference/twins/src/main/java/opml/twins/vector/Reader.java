package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// How elements of an image become floats.
@FunctionalInterface
interface Reader {
  /// Reads floats as they are.
  Reader FLOATS =
      (from, first, step, to, toAt, count) ->
          Rows.gather(from, 4 * first, 4L * step, to, toAt, count);

  /// Writes floats beside each other.
  ///
  /// @param first number of the first element
  /// @param step from one element to the next
  void read(MemorySegment from, long first, int step, MemorySegment to, long toAt, int count);

  /// {@return one that reads 8-bit integers, less `zero`}
  static Reader ofBytes(boolean unsigned, int zero) {
    int mask = unsigned ? 255 : -1;
    return (from, first, step, to, toAt, count) -> {
      for (int i = 0; i < count; i++) {
        int value = (Mem.i8(from, first + (long) i * step) & mask) - zero;
        Mem.putF32(to, toAt + 4L * i, value);
      }
    };
  }
}

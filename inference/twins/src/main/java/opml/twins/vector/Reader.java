package opml.twins.vector;

import java.lang.foreign.MemorySegment;

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
    return (from, first, step, to, toAt, count) ->
        Rows.unpack(from, first, step, mask, zero, to, toAt, 4, count);
  }
}

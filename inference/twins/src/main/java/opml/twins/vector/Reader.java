package opml.twins.vector;

import java.lang.foreign.MemorySegment;

/// How elements of an image become floats.
sealed interface Reader {
  /// Reads floats as they are.
  Reader FLOATS = new PlainFloats();

  /// Writes floats beside each other.
  ///
  /// @param first number of the first element
  /// @param step from one element to the next
  void read(MemorySegment from, long first, int step, MemorySegment to, long toAt, int count);

  /// Writes rows, whose elements are one or two apart, with padding around them, as [PaddedRows] does.
  ///
  /// @param first number of the first element
  /// @param row elements from one row to the next
  void read(
      MemorySegment from,
      long first,
      int row,
      int step,
      PaddedRows rows,
      MemorySegment to,
      long at,
      float padding);

  /// {@return one that reads 8-bit integers, less `zero`}
  static Reader ofBytes(boolean unsigned, int zero) {
    return new EightBitIntegers(unsigned, zero);
  }

  /// Floats.
  record PlainFloats() implements Reader {
    @Override
    public void read(
        MemorySegment from, long first, int step, MemorySegment to, long toAt, int count) {
      Rows.gather(from, 4 * first, 4L * step, to, toAt, count);
    }

    @Override
    public void read(
        MemorySegment from,
        long first,
        int row,
        int step,
        PaddedRows rows,
        MemorySegment to,
        long at,
        float padding) {
      if (step == 1) {
        rows.floats(from, 4 * first, 4L * row, to, at, padding);
      } else {
        rows.everySecondFloat(from, 4 * first, 4L * row, to, at, padding);
      }
    }
  }

  /// 8-bit integers, less a zero point.
  record EightBitIntegers(boolean unsigned, int zero) implements Reader {
    @Override
    public void read(
        MemorySegment from, long first, int step, MemorySegment to, long toAt, int count) {
      Rows.unpack(from, first, step, unsigned ? 255 : -1, zero, to, toAt, 4, count);
    }

    @Override
    public void read(
        MemorySegment from,
        long first,
        int row,
        int step,
        PaddedRows rows,
        MemorySegment to,
        long at,
        float padding) {
      if (step == 1) {
        rows.bytes(from, first, row, unsigned, zero, to, at, padding);
      } else {
        rows.everySecondByte(from, first, row, unsigned, zero, to, at, padding);
      }
    }
  }
}

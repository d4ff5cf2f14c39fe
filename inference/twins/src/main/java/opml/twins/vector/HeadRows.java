package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import opml.kernels.layout.TextCache;

/// Rows of a head's keys or values, as floats.
final class HeadRows {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final int STRIP = 2 * COUNT;

  private HeadRows() {}

  /// {@return whether a cache has rows that we read}
  ///
  /// @param width of a head
  /// @param reach elements of a row that are read
  /// @param all elements of a row
  static boolean fit(int type, int width, long reach, long all) {
    return reach <= all
        && switch (type) {
          case TextCache.F32 -> true;
          case TextCache.F16 -> HalfVectors.fitVectors();
          case TextCache.Q8_0 ->
              EightBits.fitVectors() && width % TextCache.BLOCK == 0 && all % TextCache.BLOCK == 0;
          default -> false;
        };
  }

  /// {@return the bytes of a row of a cache}
  static long bytes(int type, int width) {
    return new TextCache(MemorySegment.NULL, type, width).rowBytes();
  }

  /// Copies some elements of each of some rows, widened exactly.
  static void widen(
      MemorySegment from,
      int type,
      long at,
      long rowBytes,
      int first,
      int elements,
      MemorySegment to,
      long toAt,
      long toRow,
      int rows) {
    for (int i = 0; i < rows; i++) {
      long row = at + i * rowBytes;
      long place = toAt + i * toRow;
      switch (type) {
        case TextCache.F32 -> Rows.copy(from, row + 4L * first, to, place, elements);
        case TextCache.F16 ->
            HalfVectors.widen(
                from, row + 2L * first, 2L * STRIP, to, place, 4L * STRIP, elements / STRIP);
        default -> EightBits.widen(from, row, first, to, place, elements);
      }
    }
  }

  /// Copies a strip's elements of each of some rows, widened exactly, behind each other.
  static void widenStrip(
      MemorySegment from,
      int type,
      long at,
      long rowBytes,
      int first,
      MemorySegment to,
      long toAt,
      int rows) {
    if (type == TextCache.F16) {
      HalfVectors.widen(from, at + 2L * first, rowBytes, to, toAt, 4L * STRIP, rows);
    } else {
      widen(from, type, at, rowBytes, first, STRIP, to, toAt, 4L * STRIP, rows);
    }
  }

  /// Rows of a strip's positions become rows of elements, a strip wide.
  static void transpose(MemorySegment scratch, long from, int width, long to) {
    if (scratch.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int j = 0; j < STRIP; j++) {
      for (int d = 0; d < width; d++) {
        scratch.set(
            INT,
            to + d * (2L * BYTES) + 4L * j,
            scratch.get(INT, from + (long) j * Tiles.APART + 4L * d));
      }
    }
  }
}

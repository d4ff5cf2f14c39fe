package opml.twins.vector;

import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Copies rows of bytes, each byte XORed with the same, and writes nothing beside them. A row is done in pieces of one
/// width, of which the last goes over what the one before it has done. All memory is native.
final class PaddedBytes {
  private static final VectorSpecies<Byte> WIDE = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> SIXTEEN = ByteVector.SPECIES_128;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private static final long OF_ALL_BYTES = 0x0101_0101_0101_0101L;

  private PaddedBytes() {}

  /// @param bytes a multiple of 64
  static void fill(MemorySegment to, long at, byte value, long bytes) {
    if (to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    ByteVector values = ByteVector.broadcast(WIDE, value);
    int vectors = (int) (bytes / WIDE.length());
    for (int i = 0; i < vectors; i++) {
      values.intoMemorySegment(to, at + (long) i * WIDE.length(), ORDER);
    }
  }

  /// @param flip 0 to 255
  /// @param fromRow bytes from one row to the next
  /// @param toRow likewise
  static void copy(
      MemorySegment from,
      long fromAt,
      long fromRow,
      int flip,
      MemorySegment to,
      long toAt,
      long toRow,
      int width,
      int rows) {
    if (width >= WIDE.length()) {
      wide(from, fromAt, fromRow, (byte) flip, to, toAt, toRow, width, rows);
    } else if (width >= SIXTEEN.length()) {
      sixteens(from, fromAt, fromRow, (byte) flip, to, toAt, toRow, width, rows);
    } else if (width >= Long.BYTES) {
      longs(from, fromAt, fromRow, flip * OF_ALL_BYTES, to, toAt, toRow, width, rows);
    } else {
      few(from, fromAt, fromRow, flip, to, toAt, toRow, width, rows);
    }
  }

  private static void wide(
      MemorySegment from,
      long fromAt,
      long fromRow,
      byte flip,
      MemorySegment to,
      long toAt,
      long toRow,
      int width,
      int rows) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    int whole = width / WIDE.length();
    int rest = width - WIDE.length();
    for (int row = 0; row < rows; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + row * toRow;
      for (int i = 0; i < whole; i++) {
        long at = (long) i * WIDE.length();
        ByteVector.fromMemorySegment(WIDE, from, source + at, ORDER)
            .lanewise(VectorOperators.XOR, flip)
            .intoMemorySegment(to, place + at, ORDER);
      }
      ByteVector.fromMemorySegment(WIDE, from, source + rest, ORDER)
          .lanewise(VectorOperators.XOR, flip)
          .intoMemorySegment(to, place + rest, ORDER);
    }
  }

  private static void sixteens(
      MemorySegment from,
      long fromAt,
      long fromRow,
      byte flip,
      MemorySegment to,
      long toAt,
      long toRow,
      int width,
      int rows) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    int whole = width / SIXTEEN.length();
    int rest = width - SIXTEEN.length();
    for (int row = 0; row < rows; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + row * toRow;
      for (int i = 0; i < whole; i++) {
        long at = (long) i * SIXTEEN.length();
        ByteVector.fromMemorySegment(SIXTEEN, from, source + at, ORDER)
            .lanewise(VectorOperators.XOR, flip)
            .intoMemorySegment(to, place + at, ORDER);
      }
      ByteVector.fromMemorySegment(SIXTEEN, from, source + rest, ORDER)
          .lanewise(VectorOperators.XOR, flip)
          .intoMemorySegment(to, place + rest, ORDER);
    }
  }

  /// Eight to fifteen bytes.
  private static void longs(
      MemorySegment from,
      long fromAt,
      long fromRow,
      long flip,
      MemorySegment to,
      long toAt,
      long toRow,
      int width,
      int rows) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    int rest = width - Long.BYTES;
    for (int row = 0; row < rows; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + row * toRow;
      long last = from.get(LONG, source + rest) ^ flip;
      to.set(LONG, place, from.get(LONG, source) ^ flip);
      to.set(LONG, place + rest, last);
    }
  }

  /// One to seven bytes.
  private static void few(
      MemorySegment from,
      long fromAt,
      long fromRow,
      int flip,
      MemorySegment to,
      long toAt,
      long toRow,
      int width,
      int rows) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    int four = flip * (int) OF_ALL_BYTES;
    int rest = width - Integer.BYTES;
    for (int row = 0; row < rows; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + row * toRow;
      if (rest >= 0) {
        to.set(INT, place, from.get(INT, source) ^ four);
        to.set(INT, place + rest, from.get(INT, source + rest) ^ four);
      } else {
        for (int i = 0; i < width; i++) {
          to.set(BYTE, place + i, (byte) (from.get(BYTE, source + i) ^ flip));
        }
      }
    }
  }
}

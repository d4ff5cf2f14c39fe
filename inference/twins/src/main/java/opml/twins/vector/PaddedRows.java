package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Rows of a plane as floats, with padding before, between and behind them. What goes over the end of a row is written
/// again with the padding, and what goes over that with the next row; so less than a vector behind the end is written,
/// too. All memory is native.
///
/// @param width elements of a row
/// @param count of rows, at least 1
/// @param lead floats of padding before the first row
/// @param gap floats of padding between two rows
/// @param rest floats of padding behind the last row
@SuppressWarnings("NarrowCalculation") // within a tensor, whose bytes an int counts
record PaddedRows(int width, int count, int lead, int gap, int rest) {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);

  /// The even lanes, in each half of a vector.
  private static final VectorShuffle<Integer> EVEN_LANES =
      VectorShuffle.fromOp(INTS, lane -> 2 * lane % COUNT);

  private static final VectorMask<Integer> UPPER_HALF = VectorMask.fromLong(INTS, -1L << COUNT / 2);

  private static final int LEAST_LANES = 8;

  private static final VectorSpecies<Byte> EIGHTS_OF_BITS =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * COUNT)));

  private static final VectorSpecies<Short> PAIRS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, 16 * COUNT)));

  /// {@return whether there are vectors of as many bytes as there are of floats}
  static boolean fitVectors() {
    return COUNT >= LEAST_LANES;
  }

  /// @param fromRow bytes from one row to the next
  void floats(
      MemorySegment from, long fromAt, long fromRow, MemorySegment to, long toAt, float padding) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector paddings = FloatVector.broadcast(FLOATS, padding);
    for (int i = 0; i < lead; i += COUNT) {
      paddings.intoMemorySegment(to, toAt + 4L * i, ORDER);
    }
    int vectors = Lanes.vectors(width);
    long last = from.byteSize() - (long) vectors * BYTES; // where whole vectors may be read at most
    // Rows that are a vector each, and their gaps another, have a loop without loops in it.
    int whole = 0;
    if (vectors == 1 && gap <= COUNT && fromAt <= last) {
      whole = (int) Math.min(count - 1, (last - fromAt) / fromRow + 1);
    }
    for (int row = 0; row < whole; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      IntVector.fromMemorySegment(INTS, from, source, ORDER).intoMemorySegment(to, place, ORDER);
      paddings.intoMemorySegment(to, place + 4L * width, ORDER);
    }
    for (int row = whole; row < count; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      if (source <= last) {
        for (int i = 0; i < vectors; i++) {
          IntVector.fromMemorySegment(INTS, from, source + (long) i * BYTES, ORDER)
              .intoMemorySegment(to, place + (long) i * BYTES, ORDER);
        }
      } else {
        for (int i = 0; i < width; i++) {
          to.set(INT, place + 4L * i, from.get(INT, source + 4L * i));
        }
      }
      int behind = row == count - 1 ? rest : gap;
      for (int i = 0; i < behind; i += COUNT) {
        paddings.intoMemorySegment(to, place + 4L * (width + i), ORDER);
      }
    }
  }

  /// @param fromRow bytes from one row to the next
  void everySecondFloat(
      MemorySegment from, long fromAt, long fromRow, MemorySegment to, long toAt, float padding) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector paddings = FloatVector.broadcast(FLOATS, padding);
    for (int i = 0; i < lead; i += COUNT) {
      paddings.intoMemorySegment(to, toAt + 4L * i, ORDER);
    }
    int vectors = Lanes.vectors(width);
    long last =
        from.byteSize() - (long) vectors * (2L * BYTES); // where whole vectors may be read at most
    // Rows that are a vector each, and their gaps another, have a loop without loops in it.
    int whole = 0;
    if (vectors == 1 && gap <= COUNT && fromAt <= last) {
      whole = (int) Math.min(count - 1, (last - fromAt) / fromRow + 1);
    }
    for (int row = 0; row < whole; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      long at = source;
      IntVector low = IntVector.fromMemorySegment(INTS, from, at, ORDER);
      IntVector high = IntVector.fromMemorySegment(INTS, from, at + BYTES, ORDER);
      low.rearrange(EVEN_LANES)
          .blend(high.rearrange(EVEN_LANES), UPPER_HALF)
          .intoMemorySegment(to, place, ORDER);
      paddings.intoMemorySegment(to, place + 4L * width, ORDER);
    }
    for (int row = whole; row < count; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      if (source <= last) {
        for (int i = 0; i < vectors; i++) {
          long at = source + (long) i * (2L * BYTES);
          IntVector low = IntVector.fromMemorySegment(INTS, from, at, ORDER);
          IntVector high = IntVector.fromMemorySegment(INTS, from, at + BYTES, ORDER);
          low.rearrange(EVEN_LANES)
              .blend(high.rearrange(EVEN_LANES), UPPER_HALF)
              .intoMemorySegment(to, place + (long) i * BYTES, ORDER);
        }
      } else {
        for (int i = 0; i < width; i++) {
          to.set(INT, place + 4L * i, from.get(INT, source + 8L * i));
        }
      }
      int behind = row == count - 1 ? rest : gap;
      for (int i = 0; i < behind; i += COUNT) {
        paddings.intoMemorySegment(to, place + 4L * (width + i), ORDER);
      }
    }
  }

  /// @param fromRow bytes from one row to the next
  void bytes(
      MemorySegment from,
      long fromAt,
      long fromRow,
      boolean unsigned,
      int zero,
      MemorySegment to,
      long toAt,
      float padding) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector paddings = FloatVector.broadcast(FLOATS, padding);
    for (int i = 0; i < lead; i += COUNT) {
      paddings.intoMemorySegment(to, toAt + 4L * i, ORDER);
    }
    int vectors = Lanes.vectors(width);
    long last = from.byteSize() - (long) vectors * COUNT; // where whole vectors may be read at most
    int flip = unsigned ? 0 : 128; // what makes a byte's sign
    // Rows that are a vector each, and their gaps another, have a loop without loops in it.
    int whole = 0;
    if (vectors == 1 && gap <= COUNT && fromAt <= last) {
      whole = (int) Math.min(count - 1, (last - fromAt) / fromRow + 1);
    }
    for (int row = 0; row < whole; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      IntVector value =
          (IntVector)
              ByteVector.fromMemorySegment(EIGHTS_OF_BITS, from, source, ORDER)
                  .convertShape(VectorOperators.B2I, INTS, 0);
      value
          .and(255)
          .lanewise(VectorOperators.XOR, flip)
          .sub(flip + zero)
          .convert(VectorOperators.I2F, 0)
          .reinterpretAsInts()
          .intoMemorySegment(to, place, ORDER);
      paddings.intoMemorySegment(to, place + 4L * width, ORDER);
    }
    for (int row = whole; row < count; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      if (source <= last) {
        for (int i = 0; i < vectors; i++) {
          IntVector value =
              (IntVector)
                  ByteVector.fromMemorySegment(
                          EIGHTS_OF_BITS, from, source + (long) i * COUNT, ORDER)
                      .convertShape(VectorOperators.B2I, INTS, 0);
          value
              .and(255)
              .lanewise(VectorOperators.XOR, flip)
              .sub(flip + zero)
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsInts()
              .intoMemorySegment(to, place + (long) i * BYTES, ORDER);
        }
      } else {
        for (int i = 0; i < width; i++) {
          int value = from.get(ValueLayout.JAVA_BYTE, source + i) & 255;
          to.set(INT, place + 4L * i, Float.floatToIntBits((value ^ flip) - flip - zero));
        }
      }
      int behind = row == count - 1 ? rest : gap;
      for (int i = 0; i < behind; i += COUNT) {
        paddings.intoMemorySegment(to, place + 4L * (width + i), ORDER);
      }
    }
  }

  /// @param fromRow bytes from one row to the next
  void everySecondByte(
      MemorySegment from,
      long fromAt,
      long fromRow,
      boolean unsigned,
      int zero,
      MemorySegment to,
      long toAt,
      float padding) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector paddings = FloatVector.broadcast(FLOATS, padding);
    for (int i = 0; i < lead; i += COUNT) {
      paddings.intoMemorySegment(to, toAt + 4L * i, ORDER);
    }
    int vectors = Lanes.vectors(width);
    long last =
        from.byteSize() - (long) vectors * (2L * COUNT); // where whole vectors may be read at most
    int flip = unsigned ? 0 : 128; // what makes a byte's sign
    // Rows that are a vector each, and their gaps another, have a loop without loops in it.
    int whole = 0;
    if (vectors == 1 && gap <= COUNT && fromAt <= last) {
      whole = (int) Math.min(count - 1, (last - fromAt) / fromRow + 1);
    }
    for (int row = 0; row < whole; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      IntVector value =
          (IntVector)
              ShortVector.fromMemorySegment(PAIRS, from, source, ORDER)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      value
          .and(255)
          .lanewise(VectorOperators.XOR, flip)
          .sub(flip + zero)
          .convert(VectorOperators.I2F, 0)
          .reinterpretAsInts()
          .intoMemorySegment(to, place, ORDER);
      paddings.intoMemorySegment(to, place + 4L * width, ORDER);
    }
    for (int row = whole; row < count; row++) {
      long source = fromAt + row * fromRow;
      long place = toAt + 4L * lead + 4L * (width + gap) * row;
      if (source <= last) {
        for (int i = 0; i < vectors; i++) {
          IntVector value =
              (IntVector)
                  ShortVector.fromMemorySegment(
                          PAIRS, from, source + (long) i * (2L * COUNT), ORDER)
                      .convertShape(VectorOperators.S2I, INTS, 0);
          value
              .and(255)
              .lanewise(VectorOperators.XOR, flip)
              .sub(flip + zero)
              .convert(VectorOperators.I2F, 0)
              .reinterpretAsInts()
              .intoMemorySegment(to, place + (long) i * BYTES, ORDER);
        }
      } else {
        for (int i = 0; i < width; i++) {
          int value = from.get(ValueLayout.JAVA_BYTE, source + 2L * i) & 255;
          to.set(INT, place + 4L * i, Float.floatToIntBits((value ^ flip) - flip - zero));
        }
      }
      int behind = row == count - 1 ? rest : gap;
      for (int i = 0; i < behind; i += COUNT) {
        paddings.intoMemorySegment(to, place + 4L * (width + i), ORDER);
      }
    }
  }
}

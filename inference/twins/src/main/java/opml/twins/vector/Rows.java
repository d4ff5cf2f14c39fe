package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import opml.kernels.memory.Mem;

/// Rows of floats between operands, which may be on the heap, and native memory.
final class Rows {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);

  /// The even lanes, in each half of a vector.
  private static final VectorShuffle<Integer> EVEN =
      VectorShuffle.fromOp(INTS, lane -> 2 * lane % COUNT);

  private static final VectorMask<Integer> UPPER = VectorMask.fromLong(INTS, -1L << COUNT / 2);

  private Rows() {}

  /// Copies bits of floats.
  static void copy(MemorySegment from, long fromAt, MemorySegment to, long toAt, int count) {
    if (from.getClass() == NATIVE && to.getClass() == NATIVE) {
      copyNative(from, fromAt, to, toAt, count);
    } else {
      MemorySegment.copy(from, fromAt, to, toAt, 4L * count);
    }
  }

  /// Rows are often shorter than the call that copies memory takes.
  private static void copyNative(
      MemorySegment from, long fromAt, MemorySegment to, long toAt, int count) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    if (count >= COUNT) {
      int whole = count / COUNT;
      for (int i = 0; i < whole; i++) {
        IntVector.fromMemorySegment(INTS, from, fromAt + (long) i * BYTES, ORDER)
            .intoMemorySegment(to, toAt + (long) i * BYTES, ORDER);
      }
      // the last vector, some of whose elements are there already
      long rest = 4L * (count - COUNT);
      IntVector.fromMemorySegment(INTS, from, fromAt + rest, ORDER)
          .intoMemorySegment(to, toAt + rest, ORDER);
    } else {
      for (int i = 0; i < count; i++) {
        to.set(INT, toAt + 4L * i, from.get(INT, fromAt + 4L * i));
      }
    }
  }

  /// Copies rows of floats that are `fromRow` bytes apart, behind each other.
  ///
  /// Whole vectors go over the end of a row where it is written again with the next.
  static void copyRows(
      MemorySegment from,
      long fromAt,
      long fromRow,
      MemorySegment to,
      long toAt,
      int width,
      int rows) {
    int row = 0;
    if (from.getClass() == NATIVE && to.getClass() == NATIVE) {
      row = wholly(width, rows);
      copyVectors(from, fromAt, fromRow, to, toAt, 4L * width, Lanes.vectors(width), row);
    }
    for (; row < rows; row++) {
      copy(from, fromAt + row * fromRow, to, toAt + 4L * width * row, width);
    }
  }

  /// {@return how many of rows behind each other can be written in whole vectors, the first one first, so that what
  /// goes over the end of one is written again with those behind it}
  static int wholly(int width, int rows) {
    int over = Lanes.vectors(width) * COUNT - width;
    return Math.max(0, rows - (over + width - 1) / width);
  }

  private static void copyVectors(
      MemorySegment from,
      long fromAt,
      long fromRow,
      MemorySegment to,
      long toAt,
      long toRow,
      int vectors,
      int rows) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < vectors; i++) {
        IntVector.fromMemorySegment(INTS, from, fromAt + row * fromRow + (long) i * BYTES, ORDER)
            .intoMemorySegment(to, toAt + row * toRow + (long) i * BYTES, ORDER);
      }
    }
  }

  /// Copies floats that are `step` bytes apart beside each other.
  static void gather(
      MemorySegment from, long fromAt, long step, MemorySegment to, long toAt, int count) {
    if (step == 4) {
      copy(from, fromAt, to, toAt, count);
    } else if (step == 8
        && count >= COUNT
        && from.getClass() == NATIVE
        && to.getClass() == NATIVE
        && fromAt + 8L * count <= from.byteSize()) {
      everySecond(from, fromAt, to, toAt, count);
    } else {
      move(from, fromAt, step, to, toAt, 4, count);
    }
  }

  /// At least a vector of them; reads all, the last one too.
  private static void everySecond(
      MemorySegment from, long fromAt, MemorySegment to, long toAt, int count) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < count; i += COUNT) {
      // the last vector, some of whose elements are there already
      int at = Math.min(i, count - COUNT);
      IntVector low = IntVector.fromMemorySegment(INTS, from, fromAt + 8L * at, ORDER);
      IntVector high = IntVector.fromMemorySegment(INTS, from, fromAt + 8L * at + BYTES, ORDER);
      low.rearrange(EVEN)
          .blend(high.rearrange(EVEN), UPPER)
          .intoMemorySegment(to, toAt + 4L * at, ORDER);
    }
  }

  /// Copies floats that are `step` bytes apart, of rows that are `fromRow` bytes apart, behind each other.
  ///
  /// @param from of which less than two vectors behind the last row are there, too
  static void gatherRows(
      MemorySegment from,
      long fromAt,
      long fromRow,
      long step,
      MemorySegment to,
      long toAt,
      int width,
      int rows) {
    if (step == 4) {
      copyRows(from, fromAt, fromRow, to, toAt, width, rows);
      return;
    }
    int row = 0;
    if (step == 8 && from.getClass() == NATIVE && to.getClass() == NATIVE) {
      row = wholly(width, rows);
      everySecond(from, fromAt, fromRow, to, toAt, 4L * width, Lanes.vectors(width), row);
    }
    for (; row < rows; row++) {
      gather(from, fromAt + row * fromRow, step, to, toAt + 4L * width * row, width);
    }
  }

  private static void everySecond(
      MemorySegment from,
      long fromAt,
      long fromRow,
      MemorySegment to,
      long toAt,
      long toRow,
      int vectors,
      int rows) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < vectors; i++) {
        long at = fromAt + row * fromRow + (long) i * (2L * BYTES);
        IntVector low = IntVector.fromMemorySegment(INTS, from, at, ORDER);
        IntVector high = IntVector.fromMemorySegment(INTS, from, at + BYTES, ORDER);
        low.rearrange(EVEN)
            .blend(high.rearrange(EVEN), UPPER)
            .intoMemorySegment(to, toAt + row * toRow + (long) i * BYTES, ORDER);
      }
    }
  }

  /// Copies floats to where they are those of one row among six.
  static void interleave(
      MemorySegment from, long fromAt, long fromStep, MemorySegment to, long toAt, int count) {
    if (fromStep == 4 && from.getClass() == NATIVE && to.getClass() == NATIVE) {
      interleaveNative(from, fromAt, to, toAt, count);
    } else {
      move(from, fromAt, fromStep, to, toAt, 24, count);
    }
  }

  private static void interleaveNative(
      MemorySegment from, long fromAt, MemorySegment to, long toAt, int count) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < count; i++) {
      to.set(INT, toAt + i * 24L, from.get(INT, fromAt + i * 4L));
    }
  }

  /// Copies floats that are some bytes apart to where they are some others apart.
  static void move(
      MemorySegment from,
      long fromAt,
      long fromStep,
      MemorySegment to,
      long toAt,
      long toStep,
      int count) {
    if (from.getClass() == NATIVE && to.getClass() == NATIVE) {
      moveNative(from, fromAt, fromStep, to, toAt, toStep, count);
    } else {
      for (int i = 0; i < count; i++) {
        Mem.putI32(to, toAt + i * toStep, Mem.i32(from, fromAt + i * fromStep));
      }
    }
  }

  private static void moveNative(
      MemorySegment from,
      long fromAt,
      long fromStep,
      MemorySegment to,
      long toAt,
      long toStep,
      int count) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < count; i++) {
      to.set(INT, toAt + i * toStep, from.get(INT, fromAt + i * fromStep));
    }
  }

  /// Writes one float again and again, into native memory.
  static void fill(MemorySegment to, long toAt, float value, int count) {
    if (to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    int bits = Float.floatToIntBits(value);
    for (int i = 0; i < count; i++) {
      to.set(INT, toAt + 4L * i, bits);
    }
  }

  /// Writes bytes, masked and less `zero`, as floats into native memory.
  static void unpack(
      MemorySegment from,
      long fromAt,
      long fromStep,
      int mask,
      int zero,
      MemorySegment to,
      long toAt,
      long toStep,
      int count) {
    if (from.getClass() == NATIVE) {
      unpackNative(from, fromAt, fromStep, mask, zero, to, toAt, toStep, count);
    } else {
      for (int i = 0; i < count; i++) {
        float value = (Mem.i8(from, fromAt + i * fromStep) & mask) - zero;
        Mem.putF32(to, toAt + i * toStep, value);
      }
    }
  }

  private static void unpackNative(
      MemorySegment from,
      long fromAt,
      long fromStep,
      int mask,
      int zero,
      MemorySegment to,
      long toAt,
      long toStep,
      int count) {
    if (from.getClass() != NATIVE || to.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    for (int i = 0; i < count; i++) {
      int value = (from.get(ValueLayout.JAVA_BYTE, fromAt + i * fromStep) & mask) - zero;
      to.set(INT, toAt + i * toStep, Float.floatToIntBits(value));
    }
  }
}

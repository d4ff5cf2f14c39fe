package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import opml.kernels.memory.Mem;

/// Rows of floats between operands, which may be on the heap, and native memory.
final class Rows {
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
        Mem.putI32(to, toAt + 4L * i, Mem.i32(from, fromAt + 4L * i));
      }
    }
  }

  /// Copies floats that are `step` bytes apart beside each other.
  static void gather(
      MemorySegment from, long fromAt, long step, MemorySegment to, long toAt, int count) {
    if (step == 4) {
      copy(from, fromAt, to, toAt, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      Mem.putI32(to, toAt + 4L * i, Mem.i32(from, fromAt + i * step));
    }
  }

  /// Writes one float again and again.
  static void fill(MemorySegment to, long toAt, float value, int count) {
    int bits = Float.floatToRawIntBits(value);
    for (int i = 0; i < count; i++) {
      Mem.putI32(to, toAt + 4L * i, bits);
    }
  }
}

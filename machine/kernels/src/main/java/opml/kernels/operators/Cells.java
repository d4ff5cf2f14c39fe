package opml.kernels.operators;

import java.lang.foreign.MemorySegment;
import opml.kernels.memory.Mem;

/// Elements of 2^log bytes, log in 0..3, as nothing but bits.
final class Cells {
  private Cells() {}

  static void copy(MemorySegment x, int xAt, MemorySegment y, int yAt, int log) {
    if (log == 0) {
      Mem.putI8(y, yAt, Mem.i8(x, xAt));
    } else if (log == 1) {
      Mem.putI16(y, yAt, Mem.i16(x, xAt));
    } else if (log == 2) {
      Mem.putI32(y, yAt, Mem.i32(x, xAt));
    } else {
      Mem.putI64(y, yAt, Mem.i64(x, xAt));
    }
  }

  /// Writes a zero.
  static void clear(MemorySegment y, int yAt, int log) {
    if (log == 0) {
      Mem.putI8(y, yAt, 0);
    } else if (log == 1) {
      Mem.putI16(y, yAt, 0);
    } else if (log == 2) {
      Mem.putI32(y, yAt, 0);
    } else {
      Mem.putI64(y, yAt, 0);
    }
  }
}

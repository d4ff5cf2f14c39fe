package opml.twins.tile;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import opml.kernels.memory.Mem;
import opml.twins.call.LinearCall;

/// The panels of 16 rows of a weight that a call reaches, and where their outputs go. Panels are those of the whole
/// weight, so that calls of other outputs have the same.
///
/// @param packed all panels of the weight
/// @param bytes of one
record Panels(LinearCall call, MemorySegment packed, long bytes) {
  static final int ROWS = 16;

  /// Bytes of a token's results of a panel.
  static final long RESULT_BYTES = (long) Float.BYTES * ROWS;

  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// All bits of two floats but their signs.
  private static final long MAGNITUDES = 0x7FFF_FFFF_7FFF_FFFFL;

  /// What makes a NaN's magnitude, and no other, reach the sign.
  private static final long BEYOND_INFINITY = 0x007F_FFFF_007F_FFFFL;

  /// Packs one row of a panel.
  @FunctionalInterface
  interface RowPacking {
    void pack(long from, int row, MemorySegment packed, long panelAt);
  }

  /// {@return the panels of a weight; packed now, unless another call has done so}
  ///
  /// @param layout how panels are packed
  static Panels of(
      LinearCall call,
      MemorySegment w,
      Packings packings,
      Object layout,
      long panelBytes,
      RowPacking packing) {
    long rowBytes = call.rowBytes();
    MemorySegment packed =
        packings.get(
            w,
            layout,
            rowBytes,
            () -> pack(w.byteSize() / rowBytes, rowBytes, panelBytes, packing));
    return new Panels(call, packed, panelBytes);
  }

  private static MemorySegment pack(long rows, long rowBytes, long panelBytes, RowPacking packing) {
    MemorySegment packed = Arena.ofAuto().allocate(Math.ceilDiv(rows, ROWS) * panelBytes, 64);
    for (long row = 0; row < rows; row++) {
      packing.pack(row * rowBytes, (int) (row % ROWS), packed, row / ROWS * panelBytes);
    }
    return packed;
  }

  private int firstPanel() {
    return call.outputs().from() / ROWS;
  }

  /// {@return how many the call reaches}
  int count() {
    return Math.ceilDiv(call.outputs().from() + call.outputs().count(), ROWS) - firstPanel();
  }

  /// {@return where a panel of the call begins}
  long at(int number) {
    return (firstPanel() + number) * bytes;
  }

  /// Stores a panel's results of some tokens, with one NaN for all.
  void store(
      int number,
      MemorySegment results,
      long resultsAt,
      int firstToken,
      int tokens,
      MemorySegment y) {
    int begin = (firstPanel() + number) * ROWS - call.outputs().from();
    int from = Math.max(begin, 0);
    int to = Math.min(begin + ROWS, call.outputs().count());
    for (int token = 0; token < tokens; token++) {
      long source = resultsAt + token * RESULT_BYTES;
      long row = (long) (firstToken + token) * call.outputs().width() + call.outputs().to();
      if (to - from < ROWS || !storeAll(results, source, y, Float.BYTES * (row + from))) {
        for (int i = from; i < to; i++) {
          Mem.putF32(y, Float.BYTES * (row + i), Mem.f32(results, source + 4L * (i - begin)));
        }
      }
    }
  }

  /// {@return whether none was a NaN}
  private static boolean storeAll(MemorySegment results, long from, MemorySegment y, long to) {
    long signs = 0;
    for (int i = 0; i < RESULT_BYTES; i += Long.BYTES) {
      long two = results.get(I64, from + i);
      signs |= (two & MAGNITUDES) + BEYOND_INFINITY;
      y.set(I64, to + i, two);
    }
    return (signs & ~MAGNITUDES) == 0;
  }
}

package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// The innermost loops of every product: fma chains from +0 for a few rows of a times a few vectors of b, whose
/// accumulators all stay in registers.
///
/// Twelve accumulators, since an fma takes 4 cycles and two begin in each, and since with their operands they nearly
/// fill the sixteen registers of AVX2. Ten are the least, although rows are sometimes few: HotSpot would unroll the
/// loop, run out of registers and spill them, at half the speed. So does a tile of four rows and three vectors.
///
/// a is packed row beside row: the elements of one k together, so that the loop has one pointer to it.
@SuppressWarnings("NarrowCalculation") // vectors times bytes: small
final class Tiles {
  /// The most accumulators of a tile.
  static final int VECTORS = 12;

  /// Their bytes.
  static final int SIZE = VECTORS * BYTES;

  /// Vectors beside each other in [#narrow].
  static final int NARROW = 4;

  /// Bytes from one row of a to the next in [#twelveRows]: a constant, for the tile's speed. Rows have a chunk of floats
  /// at most, and do not share lines of a cache.
  static final int APART = 4 * Sums.CHUNK + 64;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private Tiles() {}

  /// Six rows times two vectors, b packed likewise; rows of sums are `outRow` bytes apart.
  static void six(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int count,
      MemorySegment out,
      long outAt,
      long outRow) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || out.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c10 = FloatVector.zero(FLOATS);
    FloatVector c11 = FloatVector.zero(FLOATS);
    FloatVector c20 = FloatVector.zero(FLOATS);
    FloatVector c21 = FloatVector.zero(FLOATS);
    FloatVector c30 = FloatVector.zero(FLOATS);
    FloatVector c31 = FloatVector.zero(FLOATS);
    FloatVector c40 = FloatVector.zero(FLOATS);
    FloatVector c41 = FloatVector.zero(FLOATS);
    FloatVector c50 = FloatVector.zero(FLOATS);
    FloatVector c51 = FloatVector.zero(FLOATS);
    for (int k = 0; k < count; k++) {
      long bK = bAt + k * (2L * BYTES);
      long aK = aAt + k * 24L;
      FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bK, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bK + BYTES, ORDER);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 8));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 12));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 16));
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 20));
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    c00.intoMemorySegment(out, outAt, ORDER);
    c01.intoMemorySegment(out, outAt + BYTES, ORDER);
    long row = outAt + outRow;
    c10.intoMemorySegment(out, row, ORDER);
    c11.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c20.intoMemorySegment(out, row, ORDER);
    c21.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c30.intoMemorySegment(out, row, ORDER);
    c31.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c40.intoMemorySegment(out, row, ORDER);
    c41.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c50.intoMemorySegment(out, row, ORDER);
    c51.intoMemorySegment(out, row + BYTES, ORDER);
  }

  /// Twelve rows of a, which are [#APART] bytes apart, times one vector; a vector of sums for each row.
  static void twelveRows(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int count,
      MemorySegment out,
      long outAt) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || out.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c02 = FloatVector.zero(FLOATS);
    FloatVector c03 = FloatVector.zero(FLOATS);
    FloatVector c04 = FloatVector.zero(FLOATS);
    FloatVector c05 = FloatVector.zero(FLOATS);
    FloatVector c06 = FloatVector.zero(FLOATS);
    FloatVector c07 = FloatVector.zero(FLOATS);
    FloatVector c08 = FloatVector.zero(FLOATS);
    FloatVector c09 = FloatVector.zero(FLOATS);
    FloatVector c0x10 = FloatVector.zero(FLOATS);
    FloatVector c0x11 = FloatVector.zero(FLOATS);
    for (int k = 0; k < count; k++) {
      long aK = aAt + k * 4L;
      FloatVector right = FloatVector.fromMemorySegment(FLOATS, b, bAt + (long) k * BYTES, ORDER);
      c00 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK)).fma(right, c00);
      c01 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + APART)).fma(right, c01);
      c02 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 2 * APART)).fma(right, c02);
      c03 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 3 * APART)).fma(right, c03);
      c04 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 4 * APART)).fma(right, c04);
      c05 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 5 * APART)).fma(right, c05);
      c06 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 6 * APART)).fma(right, c06);
      c07 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 7 * APART)).fma(right, c07);
      c08 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 8 * APART)).fma(right, c08);
      c09 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 9 * APART)).fma(right, c09);
      c0x10 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 10 * APART)).fma(right, c0x10);
      c0x11 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 11 * APART)).fma(right, c0x11);
    }
    c00.intoMemorySegment(out, outAt, ORDER);
    c01.intoMemorySegment(out, outAt + BYTES, ORDER);
    c02.intoMemorySegment(out, outAt + 2 * BYTES, ORDER);
    c03.intoMemorySegment(out, outAt + 3 * BYTES, ORDER);
    c04.intoMemorySegment(out, outAt + 4 * BYTES, ORDER);
    c05.intoMemorySegment(out, outAt + 5 * BYTES, ORDER);
    c06.intoMemorySegment(out, outAt + 6 * BYTES, ORDER);
    c07.intoMemorySegment(out, outAt + 7 * BYTES, ORDER);
    c08.intoMemorySegment(out, outAt + 8 * BYTES, ORDER);
    c09.intoMemorySegment(out, outAt + 9 * BYTES, ORDER);
    c0x10.intoMemorySegment(out, outAt + 10 * BYTES, ORDER);
    c0x11.intoMemorySegment(out, outAt + 11 * BYTES, ORDER);
  }

  /// One row times twelve vectors.
  static void row(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int count,
      MemorySegment out,
      long outAt) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || out.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c02 = FloatVector.zero(FLOATS);
    FloatVector c03 = FloatVector.zero(FLOATS);
    FloatVector c04 = FloatVector.zero(FLOATS);
    FloatVector c05 = FloatVector.zero(FLOATS);
    FloatVector c06 = FloatVector.zero(FLOATS);
    FloatVector c07 = FloatVector.zero(FLOATS);
    FloatVector c08 = FloatVector.zero(FLOATS);
    FloatVector c09 = FloatVector.zero(FLOATS);
    FloatVector c0x10 = FloatVector.zero(FLOATS);
    FloatVector c0x11 = FloatVector.zero(FLOATS);
    for (int k = 0; k < count; k++) {
      long bK = bAt + k * (12L * BYTES);
      long aK = aAt + k * 4L;
      FloatVector left = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK));
      c00 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK, ORDER), c00);
      c01 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + BYTES, ORDER), c01);
      c02 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 2 * BYTES, ORDER), c02);
      c03 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 3 * BYTES, ORDER), c03);
      c04 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 4 * BYTES, ORDER), c04);
      c05 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 5 * BYTES, ORDER), c05);
      c06 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 6 * BYTES, ORDER), c06);
      c07 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 7 * BYTES, ORDER), c07);
      c08 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 8 * BYTES, ORDER), c08);
      c09 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 9 * BYTES, ORDER), c09);
      c0x10 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 10 * BYTES, ORDER), c0x10);
      c0x11 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 11 * BYTES, ORDER), c0x11);
    }
    c00.intoMemorySegment(out, outAt, ORDER);
    c01.intoMemorySegment(out, outAt + BYTES, ORDER);
    c02.intoMemorySegment(out, outAt + 2 * BYTES, ORDER);
    c03.intoMemorySegment(out, outAt + 3 * BYTES, ORDER);
    c04.intoMemorySegment(out, outAt + 4 * BYTES, ORDER);
    c05.intoMemorySegment(out, outAt + 5 * BYTES, ORDER);
    c06.intoMemorySegment(out, outAt + 6 * BYTES, ORDER);
    c07.intoMemorySegment(out, outAt + 7 * BYTES, ORDER);
    c08.intoMemorySegment(out, outAt + 8 * BYTES, ORDER);
    c09.intoMemorySegment(out, outAt + 9 * BYTES, ORDER);
    c0x10.intoMemorySegment(out, outAt + 10 * BYTES, ORDER);
    c0x11.intoMemorySegment(out, outAt + 11 * BYTES, ORDER);
  }

  /// One row times four vectors, for what [#row] leaves.
  static void narrow(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      int count,
      MemorySegment out,
      long outAt) {
    if (a.getClass() != NATIVE || b.getClass() != NATIVE || out.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c02 = FloatVector.zero(FLOATS);
    FloatVector c03 = FloatVector.zero(FLOATS);
    for (int k = 0; k < count; k++) {
      long bK = bAt + k * (4L * BYTES);
      long aK = aAt + k * 4L;
      FloatVector left = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK));
      c00 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK, ORDER), c00);
      c01 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + BYTES, ORDER), c01);
      c02 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 2 * BYTES, ORDER), c02);
      c03 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 3 * BYTES, ORDER), c03);
    }
    c00.intoMemorySegment(out, outAt, ORDER);
    c01.intoMemorySegment(out, outAt + BYTES, ORDER);
    c02.intoMemorySegment(out, outAt + 2 * BYTES, ORDER);
    c03.intoMemorySegment(out, outAt + 3 * BYTES, ORDER);
  }

  /// Six rows times two vectors of b that begin at `bAt` plus the bytes that a table of ints has for each k.
  static void sixAt(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment table,
      long tableAt,
      int count,
      MemorySegment out,
      long outAt,
      long outRow) {
    if (a.getClass() != NATIVE
        || b.getClass() != NATIVE
        || out.getClass() != NATIVE
        || table.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c10 = FloatVector.zero(FLOATS);
    FloatVector c11 = FloatVector.zero(FLOATS);
    FloatVector c20 = FloatVector.zero(FLOATS);
    FloatVector c21 = FloatVector.zero(FLOATS);
    FloatVector c30 = FloatVector.zero(FLOATS);
    FloatVector c31 = FloatVector.zero(FLOATS);
    FloatVector c40 = FloatVector.zero(FLOATS);
    FloatVector c41 = FloatVector.zero(FLOATS);
    FloatVector c50 = FloatVector.zero(FLOATS);
    FloatVector c51 = FloatVector.zero(FLOATS);
    for (int k = 0; k < count; k++) {
      long bK = bAt + table.get(INT, tableAt + 4L * k);
      long aK = aAt + k * 24L;
      FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bK, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bK + BYTES, ORDER);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 8));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 12));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 16));
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 20));
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    c00.intoMemorySegment(out, outAt, ORDER);
    c01.intoMemorySegment(out, outAt + BYTES, ORDER);
    long row = outAt + outRow;
    c10.intoMemorySegment(out, row, ORDER);
    c11.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c20.intoMemorySegment(out, row, ORDER);
    c21.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c30.intoMemorySegment(out, row, ORDER);
    c31.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c40.intoMemorySegment(out, row, ORDER);
    c41.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c50.intoMemorySegment(out, row, ORDER);
    c51.intoMemorySegment(out, row + BYTES, ORDER);
  }

  /// Five rows times two vectors, as [#sixAt].
  static void fiveAt(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment table,
      long tableAt,
      int count,
      MemorySegment out,
      long outAt,
      long outRow) {
    if (a.getClass() != NATIVE
        || b.getClass() != NATIVE
        || out.getClass() != NATIVE
        || table.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c10 = FloatVector.zero(FLOATS);
    FloatVector c11 = FloatVector.zero(FLOATS);
    FloatVector c20 = FloatVector.zero(FLOATS);
    FloatVector c21 = FloatVector.zero(FLOATS);
    FloatVector c30 = FloatVector.zero(FLOATS);
    FloatVector c31 = FloatVector.zero(FLOATS);
    FloatVector c40 = FloatVector.zero(FLOATS);
    FloatVector c41 = FloatVector.zero(FLOATS);
    for (int k = 0; k < count; k++) {
      long bK = bAt + table.get(INT, tableAt + 4L * k);
      long aK = aAt + k * 20L;
      FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bK, ORDER);
      FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bK + BYTES, ORDER);
      FloatVector a0 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 8));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 12));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK + 16));
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
    }
    c00.intoMemorySegment(out, outAt, ORDER);
    c01.intoMemorySegment(out, outAt + BYTES, ORDER);
    long row = outAt + outRow;
    c10.intoMemorySegment(out, row, ORDER);
    c11.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c20.intoMemorySegment(out, row, ORDER);
    c21.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c30.intoMemorySegment(out, row, ORDER);
    c31.intoMemorySegment(out, row + BYTES, ORDER);
    row += outRow;
    c40.intoMemorySegment(out, row, ORDER);
    c41.intoMemorySegment(out, row + BYTES, ORDER);
  }

  /// One row times twelve vectors, as [#sixAt].
  static void rowAt(
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment table,
      long tableAt,
      int count,
      MemorySegment out,
      long outAt) {
    if (a.getClass() != NATIVE
        || b.getClass() != NATIVE
        || out.getClass() != NATIVE
        || table.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = FloatVector.zero(FLOATS);
    FloatVector c02 = FloatVector.zero(FLOATS);
    FloatVector c03 = FloatVector.zero(FLOATS);
    FloatVector c04 = FloatVector.zero(FLOATS);
    FloatVector c05 = FloatVector.zero(FLOATS);
    FloatVector c06 = FloatVector.zero(FLOATS);
    FloatVector c07 = FloatVector.zero(FLOATS);
    FloatVector c08 = FloatVector.zero(FLOATS);
    FloatVector c09 = FloatVector.zero(FLOATS);
    FloatVector c0x10 = FloatVector.zero(FLOATS);
    FloatVector c0x11 = FloatVector.zero(FLOATS);
    for (int k = 0; k < count; k++) {
      long bK = bAt + table.get(INT, tableAt + 4L * k);
      long aK = aAt + k * 4L;
      FloatVector left = FloatVector.broadcast(FLOATS, a.get(FLOAT, aK));
      c00 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK, ORDER), c00);
      c01 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + BYTES, ORDER), c01);
      c02 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 2 * BYTES, ORDER), c02);
      c03 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 3 * BYTES, ORDER), c03);
      c04 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 4 * BYTES, ORDER), c04);
      c05 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 5 * BYTES, ORDER), c05);
      c06 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 6 * BYTES, ORDER), c06);
      c07 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 7 * BYTES, ORDER), c07);
      c08 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 8 * BYTES, ORDER), c08);
      c09 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 9 * BYTES, ORDER), c09);
      c0x10 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 10 * BYTES, ORDER), c0x10);
      c0x11 = left.fma(FloatVector.fromMemorySegment(FLOATS, b, bK + 11 * BYTES, ORDER), c0x11);
    }
    c00.intoMemorySegment(out, outAt, ORDER);
    c01.intoMemorySegment(out, outAt + BYTES, ORDER);
    c02.intoMemorySegment(out, outAt + 2 * BYTES, ORDER);
    c03.intoMemorySegment(out, outAt + 3 * BYTES, ORDER);
    c04.intoMemorySegment(out, outAt + 4 * BYTES, ORDER);
    c05.intoMemorySegment(out, outAt + 5 * BYTES, ORDER);
    c06.intoMemorySegment(out, outAt + 6 * BYTES, ORDER);
    c07.intoMemorySegment(out, outAt + 7 * BYTES, ORDER);
    c08.intoMemorySegment(out, outAt + 8 * BYTES, ORDER);
    c09.intoMemorySegment(out, outAt + 9 * BYTES, ORDER);
    c0x10.intoMemorySegment(out, outAt + 10 * BYTES, ORDER);
    c0x11.intoMemorySegment(out, outAt + 11 * BYTES, ORDER);
  }
}

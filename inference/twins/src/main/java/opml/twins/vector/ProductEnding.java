package opml.twins.vector;

import static opml.twins.vector.Lanes.BYTES;
import static opml.twins.vector.Lanes.COUNT;
import static opml.twins.vector.Lanes.FLOATS;
import static opml.twins.vector.Lanes.INTS;
import static opml.twins.vector.Lanes.NATIVE;
import static opml.twins.vector.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import opml.kernels.memory.Mem;
import opml.twins.call.ColumnZeros;
import opml.twins.call.IntegerProductCall;

/// What becomes of sums of products of bytes: they are less what the zero point of a comes to, which is told when the
/// kernel runs, and stay int32, or are scaled to floats with a bias.
final class ProductEnding {
  // segment arguments
  private static final int A_ZERO = 2;
  private static final int SCALE = 4;
  private static final int BIAS = 5;

  private final IntegerProductCall call;
  private final ColumnZeros zeros;
  private final int result;

  ProductEnding(IntegerProductCall call, ColumnZeros zeros) {
    this.call = call;
    this.zeros = zeros;
    this.result = call.isScaled() ? BIAS + 1 : SCALE;
  }

  /// {@return the zero point of a}
  int zero(MemorySegment[] segments) {
    return Mem.i8(segments[A_ZERO], 0) & (call.aUnsigned() ? 255 : -1);
  }

  /// Ends some neighbouring columns of some rows.
  ///
  /// @param sums native memory
  /// @param sumStride bytes from the sums of one row to those of the next
  void end(
      MemorySegment[] segments,
      MemorySegment sums,
      long sumsAt,
      long sumStride,
      int zero,
      int row,
      int rows,
      int column,
      int n) {
    MemorySegment y = segments[result];
    long yAt = 4 * ((long) row * call.n() + column);
    boolean isNative = y.getClass() == NATIVE;
    if (call.isScaled()) {
      isNative &= segments[SCALE].getClass() == NATIVE && segments[BIAS].getClass() == NATIVE;
    }
    int whole = isNative ? n / COUNT : 0;
    if (whole > 0) {
      vectors(segments, sums, sumsAt, sumStride, zero, yAt, rows, column, whole);
    }
    for (int i = 0; i < rows && whole * COUNT < n; i++) {
      for (int j = whole * COUNT; j < n; j++) {
        int less = zero * Mem.i32(zeros.sums(), 4L * (column + j));
        int sum = Mem.i32(sums, sumsAt + i * sumStride + 4L * j) - less;
        long at = yAt + 4 * ((long) i * call.n() + j);
        if (call.isScaled()) {
          float scale = Mem.f32(segments[SCALE], call.scales() > 1 ? 4L * (column + j) : 0);
          float product = (float) sum * scale;
          Mem.putF32(y, at, product + Mem.f32(segments[BIAS], 4L * (column + j)));
        } else {
          Mem.putI32(y, at, sum);
        }
      }
    }
  }

  private void vectors(
      MemorySegment[] segments,
      MemorySegment sums,
      long sumsAt,
      long sumStride,
      int zero,
      long yAt,
      int rows,
      int column,
      int vectors) {
    MemorySegment y = segments[result];
    long yRow = 4L * call.n();
    for (int i = 0; i < vectors; i++) {
      long at = (long) i * BYTES;
      long columnAt = 4L * column + at;
      if (!call.isScaled()) {
        less(sums, sumsAt + at, sumStride, zeros.sums(), columnAt, zero, y, yAt + at, yRow, rows);
      } else if (call.scales() > 1) {
        scaled(
            sums,
            sumsAt + at,
            sumStride,
            zeros.sums(),
            columnAt,
            zero,
            segments[SCALE],
            columnAt,
            segments[BIAS],
            y,
            yAt + at,
            yRow,
            rows);
      } else {
        float scale = Mem.f32(segments[SCALE], 0);
        scaledBy(
            sums,
            sumsAt + at,
            sumStride,
            zeros.sums(),
            columnAt,
            zero,
            scale,
            segments[BIAS],
            y,
            yAt + at,
            yRow,
            rows);
      }
    }
  }

  /// `y = sum - zero · columnSum`, modulo 2^32, of a vector of columns.
  private static void less(
      MemorySegment sums,
      long sumsAt,
      long sumStride,
      MemorySegment columns,
      long columnAt,
      int zero,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows) {
    if (sums.getClass() != NATIVE || columns.getClass() != NATIVE || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    IntVector less = IntVector.fromMemorySegment(INTS, columns, columnAt, ORDER).mul(zero);
    for (int i = 0; i < rows; i++) {
      IntVector.fromMemorySegment(INTS, sums, sumsAt + i * sumStride, ORDER)
          .sub(less)
          .intoMemorySegment(y, yAt + i * yRow, ORDER);
    }
  }

  /// With a scale for each column.
  private static void scaled(
      MemorySegment sums,
      long sumsAt,
      long sumStride,
      MemorySegment columns,
      long columnAt,
      int zero,
      MemorySegment scale,
      long scaleAt,
      MemorySegment bias,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows) {
    if (sums.getClass() != NATIVE
        || columns.getClass() != NATIVE
        || scale.getClass() != NATIVE
        || bias.getClass() != NATIVE
        || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    IntVector less = IntVector.fromMemorySegment(INTS, columns, columnAt, ORDER).mul(zero);
    FloatVector factor = FloatVector.fromMemorySegment(FLOATS, scale, scaleAt, ORDER);
    FloatVector addend = FloatVector.fromMemorySegment(FLOATS, bias, columnAt, ORDER);
    for (int i = 0; i < rows; i++) {
      IntVector sum =
          IntVector.fromMemorySegment(INTS, sums, sumsAt + i * sumStride, ORDER).sub(less);
      FloatVector value =
          ((FloatVector) sum.convert(VectorOperators.I2F, 0)).mul(factor).add(addend);
      value
          .blend(Lanes.NAN, value.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + i * yRow, ORDER);
    }
  }

  /// With one scale.
  private static void scaledBy(
      MemorySegment sums,
      long sumsAt,
      long sumStride,
      MemorySegment columns,
      long columnAt,
      int zero,
      float scale,
      MemorySegment bias,
      MemorySegment y,
      long yAt,
      long yRow,
      int rows) {
    if (sums.getClass() != NATIVE
        || columns.getClass() != NATIVE
        || bias.getClass() != NATIVE
        || y.getClass() != NATIVE) {
      throw Lanes.notNative();
    }
    IntVector less = IntVector.fromMemorySegment(INTS, columns, columnAt, ORDER).mul(zero);
    FloatVector addend = FloatVector.fromMemorySegment(FLOATS, bias, columnAt, ORDER);
    for (int i = 0; i < rows; i++) {
      IntVector sum =
          IntVector.fromMemorySegment(INTS, sums, sumsAt + i * sumStride, ORDER).sub(less);
      FloatVector value =
          ((FloatVector) sum.convert(VectorOperators.I2F, 0)).mul(scale).add(addend);
      value
          .blend(Lanes.NAN, value.test(VectorOperators.IS_NAN))
          .intoMemorySegment(y, yAt + i * yRow, ORDER);
    }
  }
}

package opml.formats.onnx.operator;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import opml.engine.tensor.Tensor;

/// Elements of constants that are computed at import.
final class Elements {
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Elements() {}

  /// Sets an element of an integer or bool tensor to the low bits of `value`.
  static void put(Tensor tensor, int index, long value) {
    switch (tensor.type()) {
      case I8, U8, BOOL -> tensor.data().set(ValueLayout.JAVA_BYTE, index, (byte) value);
      case I32 -> tensor.data().set(I32, 4L * index, (int) value);
      case I64 -> tensor.data().set(I64, 8L * index, value);
      default -> throw new IllegalStateException("no integers: " + tensor.type().label());
    }
  }

  /// Sets an element of a float32 tensor. A NaN is the one that kernels store, whatever this machine made.
  static void put(Tensor tensor, int index, float value) {
    tensor.data().set(I32, 4L * index, Float.floatToIntBits(value));
  }

  /// Copies `count` elements of one type.
  static void copy(Tensor from, long index, Tensor to, long toIndex, long count) {
    int bytes = from.type().bytes();
    MemorySegment.copy(
        from.data(), index * bytes, to.data(), toIndex * bytes, Math.multiplyExact(count, bytes));
  }
}

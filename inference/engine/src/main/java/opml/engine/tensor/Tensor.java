package opml.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A tensor's bytes and how to read them: row-major, little-endian, without gaps.
///
/// @param data exactly `count · bytes` bytes; whoever made the tensor keeps them unchanged
public record Tensor(ElementType type, Shape shape, MemorySegment data) {
  /// How floats lie in a tensor.
  public static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public Tensor {
    long expected = byteSize(type, shape);
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          type.label() + " " + shape + " has " + expected + " bytes, not " + data.byteSize());
    }
  }

  /// {@return the bytes of a tensor}
  public static long byteSize(ElementType type, Shape shape) {
    return (long) shape.count() * type.bytes();
  }

  /// {@return a zeroed segment, aligned to eight bytes}
  public static MemorySegment allocate(long bytes) {
    int words = Math.toIntExact((bytes + 7) / 8);
    return MemorySegment.ofArray(new long[words]).asSlice(0, bytes);
  }

  /// {@return a zero tensor}
  public static Tensor zero(ElementType type, Shape shape) {
    return new Tensor(type, shape, allocate(byteSize(type, shape)));
  }

  /// {@return a tensor of a copy of these bytes}
  public static Tensor ofBytes(ElementType type, Shape shape, byte[] bytes) {
    MemorySegment data = allocate(bytes.length);
    MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return new Tensor(type, shape, data);
  }

  public static Tensor ofFloats(Shape shape, float... values) {
    MemorySegment data = allocate(4L * values.length);
    for (int i = 0; i < values.length; i++) {
      data.set(F32, 4L * i, values[i]);
    }
    return new Tensor(ElementType.F32, shape, data);
  }

  public static Tensor ofInts(Shape shape, int... values) {
    MemorySegment data = allocate(4L * values.length);
    for (int i = 0; i < values.length; i++) {
      data.set(I32, 4L * i, values[i]);
    }
    return new Tensor(ElementType.I32, shape, data);
  }

  public static Tensor ofLongs(Shape shape, long... values) {
    MemorySegment data = allocate(8L * values.length);
    for (int i = 0; i < values.length; i++) {
      data.set(I64, 8L * i, values[i]);
    }
    return new Tensor(ElementType.I64, shape, data);
  }

  /// {@return a view of the same bytes in another shape of as many elements}
  public Tensor reshaped(Shape other) {
    return new Tensor(type, other, data);
  }

  /// {@return element `index` of an f32 tensor}
  public float f32(int index) {
    require(ElementType.F32);
    return data.get(F32, 4L * index);
  }

  /// {@return element `index` of an integer or bool tensor}
  public long integer(int index) {
    return switch (type) {
      case F32 -> throw new IllegalStateException("not an integer tensor: " + type.label());
      case I8 -> data.get(ValueLayout.JAVA_BYTE, index);
      case U8, BOOL -> data.get(ValueLayout.JAVA_BYTE, index) & 0xff;
      case I32 -> data.get(I32, 4L * index);
      case I64 -> data.get(I64, 8L * index);
    };
  }

  /// {@return all elements of an f32 tensor}
  public float[] floats() {
    require(ElementType.F32);
    return data.toArray(F32);
  }

  /// {@return all elements of an integer or bool tensor}
  public long[] integers() {
    long[] values = new long[shape.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = integer(i);
    }
    return values;
  }

  /// {@return a copy of the bytes}
  public byte[] bytes() {
    return data.toArray(ValueLayout.JAVA_BYTE);
  }

  private void require(ElementType wanted) {
    if (type != wanted) {
      throw new IllegalStateException("not " + wanted.label() + " but " + type.label());
    }
  }
}

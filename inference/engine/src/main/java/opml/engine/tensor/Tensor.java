package opml.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;

/// A tensor: its bytes, and how to read them: row-major, little-endian, without gaps. They may still be stored in a
/// file, from where they come when they are asked for ([Content] tells what that means if the file changes).
public final class Tensor {
  /// How floats lie in a tensor.
  public static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final ElementType type;
  private final Shape shape;
  private final Content content;

  private Tensor(ElementType type, Shape shape, Content content) {
    long expected = byteSize(type, shape);
    if (content.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%s %s has %d bytes, not %d"
              .formatted(type.label(), shape, expected, content.byteSize()));
    }
    this.type = type;
    this.shape = shape;
    this.content = content;
  }

  /// A tensor in memory.
  ///
  /// @param data exactly its bytes; whoever made the tensor keeps them unchanged
  public Tensor(ElementType type, Shape shape, MemorySegment data) {
    this(type, shape, new Content(data));
  }

  /// {@return a tensor whose bytes are read when they are asked for}
  ///
  /// @param bytes exactly its bytes
  public static Tensor stored(ElementType type, Shape shape, StoredBytes bytes) {
    return new Tensor(type, shape, new Content(bytes));
  }

  public ElementType type() {
    return type;
  }

  public Shape shape() {
    return shape;
  }

  /// {@return the bytes, aligned to eight if they were stored}; they are copied into memory once, and kept
  ///
  /// @throws opml.core.codec.MalformedException if what they are stored in was changed
  /// @throws java.io.UncheckedIOException if they cannot be read
  public MemorySegment data() {
    return content.bytes();
  }

  /// {@return what tells this tensor's bytes from others': the same for all views of them}
  public Object identity() {
    return content;
  }

  /// {@return whether the bytes are not in memory yet}
  public boolean isStored() {
    return content.isStored();
  }

  /// {@return whether the bytes are on Java's heap; what is read from files never is}
  public boolean isOnHeap() {
    return !isStored() && !data().isNative();
  }

  /// Fills `target` with the bytes from `from` on, wherever they are, and keeps none; no digest is compared.
  ///
  /// @throws opml.core.codec.MalformedException as [#data]
  public void read(long from, MemorySegment target) {
    content.read(from, target);
  }

  /// Goes over the bytes once, from the first to the last; those that are stored stay where they are, and only their
  /// digest is kept.
  ///
  /// @param unit all blocks have whole multiples of so many bytes, but the last
  /// @param reader gets block after block, each of which it must not keep; if this throws, they were not what they
  ///     should be
  /// @throws opml.core.codec.MalformedException as [#data]
  public void pass(int unit, Consumer<MemorySegment> reader) {
    content.pass(unit, reader);
  }

  /// {@return the SHA-256 digest of the bytes}
  ///
  /// @throws opml.core.codec.MalformedException as [#data]
  public Bytes32 digest() {
    return content.digest();
  }

  /// {@return the page hashes of the bytes, computed each time}; bytes that are stored stay where they are, and only
  /// their digest is kept
  ///
  /// @throws opml.core.codec.MalformedException as [#data]
  public PageHashes hashes() {
    return content.hashes();
  }

  /// {@return the bytes of a tensor}
  public static long byteSize(ElementType type, Shape shape) {
    return type.byteSize(shape.dims());
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
    return new Tensor(type, other, content);
  }

  /// {@return what an axis has from an index on, as a tensor of its own}; its bytes stay with this one's until they are
  /// asked for, and then they alone are copied
  ///
  /// @throws IllegalArgumentException if the axis has less, or a block would be cut
  public Tensor part(int axis, int from, int count) {
    int size = shape.dim(axis);
    if (from < 0 || count < 0 || from > size - count) {
      throw new IllegalArgumentException(
          "no %d from %d on along axis %d of %s".formatted(count, from, axis, shape));
    }
    long inner = shape.countOf(axis + 1, shape.rank());
    Shape shapeOfPart = shape.with(axis, count);
    return stored(
        type,
        shapeOfPart,
        new TensorPart(
            content,
            "%s, %d to %d of axis %d".formatted(content.name(), from, from + count, axis),
            wholeBlocks(from * inner),
            wholeBlocks(count * inner),
            wholeBlocks(size * inner),
            byteSize(type, shapeOfPart)));
  }

  private long wholeBlocks(long elements) {
    if (elements % type.blockElements() != 0) {
      throw new IllegalArgumentException(
          "%d elements of %s are no whole blocks".formatted(elements, type.label()));
    }
    return elements / type.blockElements() * type.blockBytes();
  }

  /// {@return element `index` of an f32 tensor}
  public float f32(int index) {
    require(ElementType.F32);
    return data().get(F32, 4L * index);
  }

  /// {@return element `index` of a tensor of floats of any width}
  public double real(int index) {
    return switch (type) {
      case F32 -> data().get(F32, 4L * index);
      case F64 -> Double.longBitsToDouble(data().get(I64, 8L * index));
      case F16 -> Float.float16ToFloat(data().get(I16, 2L * index));
      case BF16 -> HalfFloats.ofBfloat16(data().get(I16, 2L * index));
      default -> throw new IllegalStateException("not a tensor of floats: " + type.label());
    };
  }

  /// {@return element `index` of an integer or bool tensor; of 64 bits without a sign, those bits}
  public long integer(int index) {
    return switch (type) {
      case I8 -> data().get(ValueLayout.JAVA_BYTE, index);
      case U8, BOOL -> data().get(ValueLayout.JAVA_BYTE, index) & 0xff;
      case I16 -> data().get(I16, 2L * index);
      case U16 -> data().get(I16, 2L * index) & 0xffff;
      case I32 -> data().get(I32, 4L * index);
      case U32 -> data().get(I32, 4L * index) & 0xffff_ffffL;
      case I64, U64 -> data().get(I64, 8L * index);
      // floats, and what has no bytes of its own
      default -> throw new IllegalStateException("not an integer tensor: " + type.label());
    };
  }

  /// {@return all elements of an f32 tensor}
  public float[] floats() {
    require(ElementType.F32);
    return data().toArray(F32);
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
    return data().toArray(ValueLayout.JAVA_BYTE);
  }

  private void require(ElementType wanted) {
    if (type != wanted) {
      throw new IllegalStateException("not " + wanted.label() + " but " + type.label());
    }
  }
}

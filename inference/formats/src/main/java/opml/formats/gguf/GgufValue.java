package opml.formats.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// The value of a metadata key, as the file has it.
public sealed interface GgufValue {
  /// {@return what it is, as errors tell it: `u32`, `array of 32,000 strings`}
  String describe();

  /// Numbers or flags of one type: a single one, or those of an array.
  ///
  /// @param bytes as they lie in the file, little-endian, and not to be changed
  record Scalars(GgufType type, boolean isArray, byte[] bytes) implements GgufValue {
    public Scalars {
      if (!type.isScalar() || bytes.length % type.bytes() != 0) {
        throw new IllegalArgumentException("%d bytes of %s".formatted(bytes.length, type.label()));
      }
      if (!isArray && bytes.length != type.bytes()) {
        throw new IllegalArgumentException(
            "one %s is %d bytes".formatted(type.label(), type.bytes()));
      }
    }

    /// {@return an array of i32}
    public static Scalars ints(int... values) {
      ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      out.asIntBuffer().put(values);
      return new Scalars(GgufType.I32, true, out.array());
    }

    /// {@return an array of f32}
    public static Scalars floats(float... values) {
      ByteBuffer out = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      out.asFloatBuffer().put(values);
      return new Scalars(GgufType.F32, true, out.array());
    }

    public int size() {
      return bytes.length / type.bytes();
    }

    /// {@return an element that is a whole number or a flag; of a u64 all 64 bits}
    long whole(int index) {
      ByteBuffer in = buffer();
      int at = index * type.bytes();
      return switch (type) {
        case U8, BOOL -> in.get(at) & 0xff;
        case I8 -> in.get(at);
        case U16 -> in.getShort(at) & 0xffff;
        case I16 -> in.getShort(at);
        case U32 -> in.getInt(at) & 0xffff_ffffL;
        case I32 -> in.getInt(at);
        case U64, I64 -> in.getLong(at);
        case F32, F64, STRING, ARRAY -> throw new IllegalStateException(type.label());
      };
    }

    /// {@return an element that is a real number}
    double real(int index) {
      ByteBuffer in = buffer();
      return type == GgufType.F32 ? in.getFloat(index * 4) : in.getDouble(index * 8);
    }

    @Override
    public String describe() {
      return isArray ? "array of %,d %s".formatted(size(), type.label()) : type.label();
    }

    private ByteBuffer buffer() {
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  record Text(String value) implements GgufValue {
    @Override
    public String describe() {
      return "string";
    }
  }

  /// An array of strings.
  record Texts(List<String> values) implements GgufValue {
    public Texts {
      values = List.copyOf(values);
    }

    @Override
    public String describe() {
      return "array of %,d strings".formatted(values.size());
    }
  }
}

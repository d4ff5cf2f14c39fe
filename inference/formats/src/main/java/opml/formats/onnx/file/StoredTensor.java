package opml.formats.onnx.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import opml.core.codec.MalformedException;
import opml.core.codec.Printable;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.StoredBytes;
import opml.engine.tensor.Tensor;
import opml.formats.file.ByteSource;
import opml.formats.strings.StringTensor;

/// A tensor whose data are still in the file, at the bytes `from` to `to` of a source, which are its message.
///
/// Type and dimensions are checked against what the message holds before memory is taken. Bytes that lie in a file as
/// a tensor has them stay there until they are needed; numbers that are written otherwise, bools, which must be 0 or
/// 1, and small tensors are read at once.
///
/// @param folder where data may lie outside of the model file
/// @param place of the tensor in the model, for errors
/// @param external where the data lie, if they are not in the message
record StoredTensor(
    ByteSource source,
    ModelFolder folder,
    String place,
    long from,
    long to,
    int typeCode,
    List<Long> dims,
    Held held,
    Optional<Map<String, String>> external) {
  private static final int RAW_DATA = 9;
  private static final int STRING_DATA = 6;
  private static final int VARINT_BYTES_MAX = 10;

  /// So many bytes are read at once: a page, and what operators ask of at import.
  private static final long FEW = 4096;

  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// How many bytes the message holds in each of its fields for data.
  ///
  /// @param strings of their content
  record Held(
      long raw,
      long floats,
      long ints,
      long longs,
      long doubles,
      long unsigned,
      long strings,
      boolean segmented) {
    long ways() {
      return LongStream.of(raw, floats, ints, longs, doubles, unsigned, strings)
          .filter(bytes -> bytes > 0)
          .count();
    }
  }

  Tensor value() {
    ElementType type = type();
    Shape shape = shape();
    long bytes = Tensor.byteSize(type, shape);
    if (held.segmented()) {
      throw refuse("tensors in segments are not supported");
    }
    if (held.ways() + external.stream().count() > 1) {
      throw refuse("expected data in one form, found them in several");
    }
    try {
      Optional<ExternalData> outside = outside();
      return outside.isPresent()
          ? stored(type, shape, outside.get().find())
          : inMessage(type, shape, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return the strings, read now}
  ///
  /// @throws MalformedException if it has no strings, more or fewer than its dimensions say, too many, or one that is
  ///     no UTF-8
  StringTensor strings() {
    if (typeCode != OnnxType.STRING.code()) {
      throw refuse(described() + "; expected are strings");
    }
    Shape shape = shape();
    if (held.segmented() || external.isPresent()) {
      throw refuse("strings in segments or outside of the file are not supported");
    }
    if (held.ways() > (held.strings() > 0 ? 1 : 0)) {
      throw refuse("expected strings in string_data, found other data");
    }
    try {
      StringTensor.requireRoom(shape.count());
      List<String> values = new ArrayList<>();
      long chars = 0;
      ProtobufReader in = new ProtobufReader(source, place, from, to);
      while (in.next()) {
        if (in.field() != STRING_DATA) {
          in.skip();
          continue;
        }
        values.add(in.repeated("string_data").text());
        chars += values.getLast().length();
        StringTensor.requireChars(chars);
        if (values.size() > shape.count()) {
          break;
        }
      }
      return new StringTensor(shape, values);
    } catch (IllegalArgumentException e) {
      throw refuse(described() + ": " + e.getMessage());
    }
  }

  /// {@return the bytes of elements of half a byte, two in each, over the ends of rows}
  StoredTensor packed() {
    long bytes = ((long) shape().count() + 1) / 2;
    return new StoredTensor(
        source, folder, place, from, to, OnnxType.UINT8.code(), List.of(bytes), held, external);
  }

  /// {@return where the data lie, if they lie outside of the model file}
  Optional<ExternalData> outside() {
    return external.map(
        entries -> {
          shape();
          return new ExternalData(this, type(), entries);
        });
  }

  private ElementType type() {
    return OnnxType.of(typeCode)
        .flatMap(OnnxType::element)
        .orElseThrow(() -> refuse(described() + "; supported types are " + OnnxType.supported()));
  }

  /// {@return `float 2x3`}
  String described() {
    return OnnxTensor.describe(typeCode, dims);
  }

  MalformedException refuse(String problem) {
    return new MalformedException(source.name() + ", " + place + ": " + Printable.escaped(problem));
  }

  private Shape shape() {
    for (long dim : dims) {
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        throw refuse(described() + ": expected dimensions from 0 to 2^31 - 1, found " + dim);
      }
    }
    try {
      return new Shape(dims.stream().map(Math::toIntExact).toList());
    } catch (IllegalArgumentException e) {
      throw refuse(described() + ": " + e.getMessage());
    }
  }

  /// Checks that the message can hold as many elements as the dimensions say, so that memory is taken in proportion to
  /// what is there.
  private void requireHeld(ElementType type, Shape shape, long bytes) {
    long typed =
        switch (typedField(type)) {
          case FLOATS -> held.floats();
          case INTS -> held.ints();
          case LONGS -> held.longs();
          case DOUBLES -> held.doubles();
          case UNSIGNED -> held.unsigned();
        };
    long there = held.raw() + typed;
    boolean varints = held.raw() == 0 && typed > 0 && typedField(type).isVarint();
    if (varints && (there < shape.count() || there > (long) VARINT_BYTES_MAX * shape.count())) {
      throw refuse(
          "%s has %d elements, which cannot be the %d bytes of %s"
              .formatted(described(), shape.count(), there, typedField(type).label));
    }
    if (!varints && there != bytes) {
      throw refuse(
          "%s has %d bytes, but raw_data and %s hold %d"
              .formatted(described(), bytes, typedField(type).label, there));
    }
  }

  private Tensor inMessage(ElementType type, Shape shape, long bytes) throws IOException {
    requireHeld(type, shape, bytes);
    ProtobufReader in = new ProtobufReader(source, place, from, to);
    if (held.raw() > 0) {
      while (in.next()) {
        if (in.field() == RAW_DATA) {
          in.single("raw_data");
          return stored(type, shape, source.part(place, in.position(), bytes));
        }
        in.skip();
      }
    }
    if (bytes > Slot.MAX_BYTES) {
      throw refuse(
          "%s has %d bytes: of more than %d, expected raw_data or an external file"
              .formatted(described(), bytes, Slot.MAX_BYTES));
    }
    Tensor tensor = new Tensor(type, shape, allocate(bytes));
    Filling filling = new Filling(in, tensor);
    while (in.next()) {
      if (in.field() == typedField(type).number) {
        filling.addAll();
      } else {
        in.skip();
      }
    }
    filling.end();
    return checked(tensor);
  }

  /// {@return a tensor whose bytes stay in the file until they are needed, unless they are few}
  private Tensor stored(ElementType type, Shape shape, StoredBytes bytes) {
    if (type != ElementType.BOOL && bytes.byteSize() > FEW) {
      return Tensor.stored(type, shape, bytes);
    }
    MemorySegment data = allocate(bytes.byteSize());
    bytes.read(0, data);
    return checked(new Tensor(type, shape, data));
  }

  /// {@return memory outside of the heap, which may be small, for what is large}
  private static MemorySegment allocate(long bytes) {
    return bytes > FEW ? Arena.ofAuto().allocate(bytes, Long.BYTES) : Tensor.allocate(bytes);
  }

  private Tensor checked(Tensor tensor) {
    if (tensor.type() == ElementType.BOOL) {
      requireBools(tensor);
    }
    return tensor;
  }

  private void requireBools(Tensor tensor) {
    for (int i = 0; i < tensor.shape().count(); i++) {
      if (tensor.integer(i) > 1) {
        throw refuse("expected bools, 0 or 1, found " + tensor.integer(i) + " at " + i);
      }
    }
  }

  /// {@return the field in which elements of a type stand one by one}
  private static Field typedField(ElementType type) {
    return switch (type) {
      case F32 -> Field.FLOATS;
      case F64 -> Field.DOUBLES;
      case I64 -> Field.LONGS;
      case U32, U64 -> Field.UNSIGNED;
      default -> Field.INTS; // of up to 32 bits, and the bits of halves
    };
  }

  private enum Field {
    FLOATS(4, "float_data"),
    INTS(5, "int32_data"),
    LONGS(7, "int64_data"),
    DOUBLES(10, "double_data"),
    UNSIGNED(11, "uint64_data");

    private final int number;
    private final String label;

    Field(int number, String label) {
      this.number = number;
      this.label = label;
    }

    boolean isVarint() {
      return this != FLOATS && this != DOUBLES;
    }
  }

  /// The elements of a tensor, one after the other.
  private static final class Filling {
    private final ProtobufReader in;
    private final Tensor tensor;
    private final int count;
    private int at;

    Filling(ProtobufReader in, Tensor tensor) {
      this.in = in;
      this.tensor = tensor;
      this.count = tensor.shape().count();
    }

    /// Adds what the current field holds.
    void addAll() {
      ElementType type = tensor.type();
      in.repeated(typedField(type).label);
      MemorySegment data = tensor.data();
      switch (typedField(type)) {
        case FLOATS -> in.floats(bits -> data.set(I32, 4L * place(), bits));
        case DOUBLES -> in.doubles(bits -> data.set(I64, 8L * place(), bits));
        case LONGS, INTS, UNSIGNED -> in.numbers(value -> put(data, value));
      }
    }

    private void put(MemorySegment data, long value) {
      int element = place();
      long bits = fit(value);
      switch (tensor.type().bytes()) {
        case 8 -> data.set(I64, 8L * element, bits);
        case 4 -> data.set(I32, 4L * element, (int) bits);
        case 2 -> data.set(I16, 2L * element, (short) bits);
        default -> data.set(ValueLayout.JAVA_BYTE, element, (byte) bits);
      }
    }

    /// {@return a number, which a file may write with or without its sign, if it is one of the type}
    private long fit(long value) {
      int unused = Long.SIZE - 8 * tensor.type().bytes();
      if (value << unused >> unused != value && value << unused >>> unused != value) {
        throw in.damaged(
            "expected %s, found %d at element %d"
                .formatted(OnnxType.of(tensor.type()).label(), value, at - 1));
      }
      return value;
    }

    void end() {
      if (at != count) {
        throw in.damaged("expected " + count + " elements, found " + at);
      }
    }

    private int place() {
      if (at == count) {
        throw in.damaged("expected " + count + " elements, found more");
      }
      return at++;
    }
  }
}

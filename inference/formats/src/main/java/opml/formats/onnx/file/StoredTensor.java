package opml.formats.onnx.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.core.codec.Printable;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// A tensor whose data are still in the file, at the bytes `from` to `to` of a source, which are its message.
///
/// Type and dimensions are checked against what the message holds before memory is taken; then the message is read
/// again, and its data go straight to where they belong.
///
/// @param place of the tensor in the model, for errors
/// @param external where the data lie, if they are not in the message
record StoredTensor(
    ByteSource source,
    String place,
    long from,
    long to,
    int typeCode,
    List<Long> dims,
    Held held,
    Optional<Map<String, String>> external) {
  private static final int RAW_DATA = 9;
  private static final int VARINT_BYTES_MAX = 10;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// How many bytes the message holds in each of its fields for data.
  ///
  /// @param others for types that we do not have
  record Held(long raw, long floats, long ints, long longs, long others, boolean segmented) {
    int ways() {
      return (raw == 0 ? 0 : 1)
          + (floats == 0 ? 0 : 1)
          + (ints == 0 ? 0 : 1)
          + (longs == 0 ? 0 : 1)
          + (others == 0 ? 0 : 1);
    }
  }

  Tensor read() {
    ElementType type =
        OnnxType.of(typeCode)
            .flatMap(OnnxType::element)
            .orElseThrow(
                () -> refuse(described() + "; supported types are " + OnnxType.supported()));
    Shape shape = shape();
    long bytes = Tensor.byteSize(type, shape);
    if (bytes > Slot.MAX_BYTES) {
      throw refuse(
          "%s has %d bytes, more than the %d of a slot"
              .formatted(described(), bytes, Slot.MAX_BYTES));
    }
    if (held.segmented()) {
      throw refuse("tensors in segments are not supported");
    }
    if (held.ways() + external.stream().count() > 1) {
      throw refuse("expected data in one form, found them in several");
    }
    Tensor tensor;
    try {
      if (external.isPresent()) {
        MemorySegment data = new ExternalData(this, external.get()).read(bytes);
        tensor = new Tensor(type, shape, data);
      } else {
        requireHeld(type, shape, bytes);
        tensor = Tensor.zero(type, shape);
        readInto(tensor);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (type == ElementType.BOOL) {
      requireBools(tensor);
    }
    return tensor;
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
        switch (type) {
          case F32 -> held.floats();
          case U8, I8, BOOL, I32 -> held.ints();
          case I64 -> held.longs();
        };
    long there = held.raw() + typed;
    boolean varints = held.raw() == 0 && typed > 0 && type != ElementType.F32;
    if (varints && (there < shape.count() || there > (long) VARINT_BYTES_MAX * shape.count())) {
      throw refuse(
          "%s has %d elements, which cannot be the %d bytes of %s"
              .formatted(described(), shape.count(), there, typedField(type).label()));
    }
    if (!varints && there != bytes) {
      throw refuse(
          "%s has %d bytes, but raw_data and %s hold %d"
              .formatted(described(), bytes, typedField(type).label(), there));
    }
  }

  private void readInto(Tensor tensor) throws IOException {
    try (ByteSource.Access access = source.open()) {
      ProtobufReader in = new ProtobufReader(source.name(), access, place, from, to);
      Filling filling = new Filling(in, tensor);
      while (in.next()) {
        if (in.field() == RAW_DATA && held.raw() > 0) {
          in.single("raw_data").bytes(tensor.data());
        } else if (in.field() == typedField(tensor.type()).number()) {
          filling.addAll();
        } else {
          in.skip();
        }
      }
      if (held.raw() == 0) {
        filling.end();
      }
    }
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
      case F32 -> new Field(4, "float_data");
      case U8, I8, BOOL, I32 -> new Field(5, "int32_data");
      case I64 -> new Field(7, "int64_data");
    };
  }

  private record Field(int number, String label) {}

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
      in.repeated(typedField(type).label());
      switch (type) {
        case F32 -> in.floats(bits -> tensor.data().set(I32, 4L * place(), bits));
        case I32 -> in.numbers(value -> tensor.data().set(I32, 4L * place(), (int) fit(value)));
        case I64 -> in.numbers(value -> tensor.data().set(I64, 8L * place(), value));
        case U8, I8, BOOL ->
            in.numbers(
                value -> tensor.data().set(ValueLayout.JAVA_BYTE, place(), (byte) fit(value)));
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

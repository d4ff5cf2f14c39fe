package opml.formats.onnx.file;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import opml.core.codec.MalformedException;

/// Pulls protobuf fields from an array and tells, where something is wrong, the file, the place in the
/// message and the offset.
///
/// ```java
/// in.open("node");
/// while (in.next()) {
///   switch (in.field()) {
///     case 1 -> inputs.add(in.text("input"));
///     case 3 -> name = in.single().text("name");
///     default -> in.skip();
///   }
/// }
/// in.close();
/// ```
///
/// Not a general parser: groups are refused, and a message nests only as deep as the caller's methods do.
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  /// Repeated entries in a whole file. A file can spell an entry in two bytes, an object takes far more:
  /// without a bound, a small file could fill the memory.
  private static final int MAX_ENTRIES = 1 << 20;

  /// A message that is open: its name in errors, where the one around it ends, and the single fields that it has had.
  private record Open(String what, int outerLimit, Set<Integer> seen) {}

  private final String file;
  private final CodedInputStream in;
  private final Deque<Open> open = new ArrayDeque<>();
  private int field;
  private int wireType;
  private int entries;

  /// A reader of one message, named `what` in errors, that is all of `bytes`.
  ProtobufReader(String file, String what, byte[] bytes) {
    this.file = file;
    this.in = CodedInputStream.newInstance(bytes);
    open.addLast(new Open(what, -1, new HashSet<>()));
  }

  /// {@return whether the open message has another field, which [#field] then names}
  boolean next() {
    try {
      int tag = in.readTag();
      field = tag >>> 3;
      wireType = tag & 7;
    } catch (IOException e) {
      throw notProtobuf(e);
    }
    if (field == 0 && in.getBytesUntilLimit() > 0) {
      throw malformed("the file ends inside this message");
    }
    return field != 0;
  }

  /// {@return the number of the current field}
  int field() {
    return field;
  }

  /// Refuses the second occurrence of the current field in its message.
  ProtobufReader single() {
    if (!open.getLast().seen().add(field)) {
      throw malformed("field " + field + " is given twice");
    }
    return this;
  }

  /// Counts the current field as an entry of a repeated one.
  ProtobufReader entry() {
    if (++entries > MAX_ENTRIES) {
      throw malformed("more than " + MAX_ENTRIES + " nodes, names and numbers");
    }
    return this;
  }

  /// Enters the message in the current field.
  void open(String what) {
    expect(BYTES, what);
    open.addLast(new Open(what, limit(), new HashSet<>()));
  }

  /// Leaves the message, all of whose fields were read.
  void close() {
    in.popLimit(open.removeLast().outerLimit());
  }

  long varint(String what) {
    expect(VARINT, what);
    try {
      return in.readInt64();
    } catch (IOException e) {
      throw notProtobuf(e);
    }
  }

  /// {@return the bits of a float}
  int f32Bits(String what) {
    expect(FIXED32, what);
    try {
      return in.readFixed32();
    } catch (IOException e) {
      throw notProtobuf(e);
    }
  }

  byte[] bytes(String what) {
    expect(BYTES, what);
    try {
      return in.readByteArray();
    } catch (IOException e) {
      throw notProtobuf(e);
    }
  }

  String text(String what) {
    expect(BYTES, what);
    try {
      return in.readStringRequireUtf8();
    } catch (IOException e) {
      throw notProtobuf(e);
    }
  }

  /// Reads repeated varints, packed or one of them.
  void varints(String what, Longs each) {
    if (wireType == VARINT) {
      each.accept(varint(what));
      return;
    }
    expect(BYTES, what);
    int outer = limit();
    wireType = VARINT;
    while (in.getBytesUntilLimit() > 0) {
      each.accept(varint(what));
    }
    in.popLimit(outer);
  }

  /// Reads the bits of repeated floats, packed or one of them.
  void floats(String what, Bits each) {
    if (wireType == FIXED32) {
      each.accept(f32Bits(what));
      return;
    }
    expect(BYTES, what);
    int outer = limit();
    wireType = FIXED32;
    while (in.getBytesUntilLimit() > 0) {
      each.accept(f32Bits(what));
    }
    in.popLimit(outer);
  }

  interface Longs {
    void accept(long value);
  }

  interface Bits {
    void accept(int bits);
  }

  /// Skips a field whose content has no meaning for us.
  void skip() {
    try {
      switch (wireType) {
        case VARINT -> in.readInt64();
        case FIXED64 -> in.readFixed64();
        case FIXED32 -> in.readFixed32();
        case BYTES -> in.skipRawBytes(length());
        default -> throw malformed("wire type " + wireType + " is not used in ONNX");
      }
    } catch (IOException e) {
      throw notProtobuf(e);
    }
  }

  MalformedException malformed(String problem) {
    String path = String.join(", ", open.stream().map(Open::what).toList());
    return new MalformedException(
        file + ", " + path + ", offset " + in.getTotalBytesRead() + ": " + problem);
  }

  /// Sets the end of the bytes that follow and returns the old one.
  private int limit() {
    try {
      return in.pushLimit(length());
    } catch (IOException e) {
      throw notProtobuf(e);
    }
  }

  private int length() throws IOException {
    int length = in.readRawVarint32();
    if (length < 0) {
      throw malformed("negative length " + length);
    }
    return length;
  }

  private void expect(int wanted, String what) {
    if (wireType != wanted) {
      throw malformed(what + " has wire type " + wireType + ", not " + wanted);
    }
  }

  private MalformedException notProtobuf(IOException e) {
    return malformed("not a protobuf message: " + e.getMessage());
  }
}

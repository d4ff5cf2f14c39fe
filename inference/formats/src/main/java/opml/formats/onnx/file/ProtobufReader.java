package opml.formats.onnx.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import opml.core.codec.MalformedException;
import opml.formats.file.ByteSource;

/// Pulls protobuf fields from a source of any size and tells, where something is wrong, the file, the byte and the
/// place in the model, in words of `onnx.proto`.
///
/// ```java
/// in.entry("node").open("node 3");
/// while (in.next()) {
///   switch (in.field()) {
///     case 1 -> inputs.add(in.entry("input").text());
///     case 3 -> name = in.single("name").text();
///     default -> in.skip();
///   }
/// }
/// in.close();
/// ```
///
/// Not a general parser: groups are refused, and a message nests only as deep as the caller's methods do. Every length
/// is checked against the message around it before anything is read or allocated, and what is skipped is not read.
final class ProtobufReader {
  /// What a field's tag announces, and how to call it.
  enum Wire {
    NUMBER("a number"),
    EIGHT_BYTES("eight bytes"),
    BYTES("text, bytes or a message"),
    GROUP("a group"),
    GROUP_END("the end of a group"),
    FOUR_BYTES("four bytes"),
    UNKNOWN_6("nothing that exists"),
    UNKNOWN_7("nothing that exists");

    private final String label;

    Wire(String label) {
      this.label = label;
    }
  }

  interface Longs {
    void accept(long value);
  }

  interface Bits {
    void accept(int bits);
  }

  /// Repeated entries in a whole file. A file can spell an entry in two bytes, an object takes far more:
  /// without a bound, a small file could fill the memory.
  private static final int MAX_ENTRIES = 1 << 20;

  private static final int OBJECT_ENTRIES = 4;

  /// More than any name has; what is longer is data in the wrong place.
  static final int MAX_TEXT = 1 << 16;

  private static final int WINDOW = 1 << 16;
  private static final Wire[] WIRES = Wire.values();

  /// A message that is open: its name in errors, where it ends, and which of its fields, by number, were single and
  /// have been read. (All that we read have numbers below 64.)
  private static final class Open {
    private final String place;
    private final long end;
    private long seen;

    Open(String place, long end) {
      this.place = place;
      this.end = end;
    }
  }

  private final ByteSource source;
  private final Deque<Open> open = new ArrayDeque<>();

  /// Bytes `windowStart` to `windowStart + windowSize` of the source.
  private final byte[] window;

  private long windowStart;
  private int windowSize;
  private int windowAt;

  private long fieldStart;
  private int field;
  private Wire wire = Wire.NUMBER;

  /// What the current field is called, and how long its content is if it is bytes.
  private String what = "";

  private long length;
  private int entries;

  /// A reader of the message that is the bytes `from` to `to` of a source.
  ///
  /// @param place what the message is called in errors; empty for the model itself
  ProtobufReader(ByteSource source, String place, long from, long to) {
    this.source = source;
    this.window = new byte[Math.clamp(to - from, 1, WINDOW)];
    this.windowStart = from;
    this.fieldStart = from;
    open.addLast(new Open(place, to));
  }

  /// {@return whether the open message has another field, which [#field] then names}
  boolean next() {
    fieldStart = position();
    if (fieldStart == end()) {
      return false;
    }
    what = "a field";
    long tag = readVarint();
    wire = WIRES[(int) tag & 7];
    if (tag >>> 3 == 0 || tag >>> 3 > (1 << 29) - 1) {
      throw damaged("expected a field, found no number that a field has");
    }
    field = (int) (tag >>> 3);
    switch (wire) {
      case NUMBER, EIGHT_BYTES, BYTES, FOUR_BYTES -> {}
      case GROUP, GROUP_END, UNKNOWN_6, UNKNOWN_7 ->
          throw damaged("expected a field, found " + wire.label);
    }
    return true;
  }

  /// {@return the number of the current field}
  int field() {
    return field;
  }

  Wire wire() {
    return wire;
  }

  /// {@return where the content of the current field begins, which has been named}
  long position() {
    return windowStart + windowAt;
  }

  /// {@return where the content of the current field ends, which has been named and is bytes}
  long contentEnd() {
    return position() + length;
  }

  /// Names the current field, which its message may have once.
  ProtobufReader single(String name) {
    announce(name);
    long bit = 1L << field;
    Open message = open.getLast();
    if ((message.seen & bit) != 0) {
      throw damaged(name + " is given twice");
    }
    message.seen |= bit;
    return this;
  }

  /// Names the current field, of which its message may have any number, and counts it.
  ProtobufReader entry(String name) {
    announce(name);
    count();
    return this;
  }

  /// Names the current field, of which its message may have any number that cost nothing.
  ProtobufReader repeated(String name) {
    announce(name);
    return this;
  }

  private void announce(String name) {
    what = name;
    length =
        switch (wire) {
          case BYTES -> readVarint();
          case EIGHT_BYTES -> 8;
          case FOUR_BYTES -> 4;
          case NUMBER, GROUP, GROUP_END, UNKNOWN_6, UNKNOWN_7 -> 0;
        };
    long left = end() - position();
    if (length < 0 || length > left) {
      throw damaged(
          "expected %s of %s bytes, but only %d are left"
              .formatted(name, Long.toUnsignedString(length), left));
    }
  }

  /// Names the current field, of which its message may have any number, and counts it as what costs as much as several
  /// names: a node, a tensor, a declared value.
  ProtobufReader object(String name) {
    entries += OBJECT_ENTRIES - 1;
    return entry(name);
  }

  /// Counts an entry, so that a small file does not fill the memory.
  void count() {
    if (++entries > MAX_ENTRIES) {
      throw refuse("more than " + MAX_ENTRIES + " nodes, names and numbers");
    }
  }

  /// Enters the message in the current field.
  void open(String place) {
    expect(Wire.BYTES);
    open.addLast(new Open(place, contentEnd()));
  }

  /// Leaves the message, all of whose fields were read.
  void close() {
    open.removeLast();
  }

  long number() {
    expect(Wire.NUMBER);
    return readVarint();
  }

  /// {@return the bits of a float}
  int floatBits() {
    expect(Wire.FOUR_BYTES);
    return readFourBytes();
  }

  String text() {
    return textIfAny().orElseThrow(() -> damaged("expected " + what + " in UTF-8"));
  }

  /// {@return the text, or nothing if it is too long for a text or no UTF-8}
  Optional<String> textOrBytes() {
    expect(Wire.BYTES);
    if (length > MAX_TEXT) {
      jump(length);
      return Optional.empty();
    }
    return textIfAny();
  }

  private Optional<String> textIfAny() {
    expect(Wire.BYTES);
    if (length > MAX_TEXT) {
      throw refuse(what + " of " + length + " bytes, at most " + MAX_TEXT + " are read");
    }
    byte[] bytes = new byte[(int) length];
    readTo(MemorySegment.ofArray(bytes));
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /// Reads repeated numbers, packed or one of them.
  void numbers(Longs each) {
    if (wire == Wire.NUMBER) {
      each.accept(readVarint());
      return;
    }
    expect(Wire.BYTES);
    open(what);
    long end = end();
    while (position() < end) {
      each.accept(readVarint());
    }
    close();
  }

  /// Reads the bits of repeated floats, packed or one of them.
  void floats(Bits each) {
    if (wire == Wire.FOUR_BYTES) {
      each.accept(readFourBytes());
      return;
    }
    expect(Wire.BYTES);
    if (length % 4 != 0) {
      throw damaged("expected floats of four bytes each, found " + length + " bytes");
    }
    for (long i = 0; i < length; i += 4) {
      each.accept(readFourBytes());
    }
  }

  /// Reads the bits of repeated doubles, packed or one of them.
  void doubles(Longs each) {
    if (wire != Wire.EIGHT_BYTES) {
      expect(Wire.BYTES);
      if (length % Double.BYTES != 0) {
        throw damaged("expected doubles of eight bytes each, found " + length + " bytes");
      }
    }
    for (long i = 0; i < length; i += Double.BYTES) {
      long low = readFourBytes() & 0xffff_ffffL;
      each.accept((long) readFourBytes() << 32 | low);
    }
  }

  /// Reads bytes, as many as `target` has.
  void bytes(MemorySegment target) {
    expect(Wire.BYTES);
    if (length != target.byteSize()) {
      throw damaged("expected %s of %d bytes, found %d".formatted(what, target.byteSize(), length));
    }
    readTo(target);
  }

  /// Skips the current field, of whatever kind.
  ///
  /// @return the bytes of its content
  long skip() {
    announce(what);
    return skipContent();
  }

  /// Skips the content of the current field, which has been named.
  ///
  /// @return its bytes
  long skipContent() {
    if (wire == Wire.NUMBER) {
      long from = position();
      readVarint();
      return position() - from;
    }
    long skipped = length;
    jump(skipped);
    return skipped;
  }

  /// {@return the error about bytes that no writer of ONNX files writes}
  MalformedException damaged(String problem) {
    return new MalformedException(
        "%s: damaged at byte %d%s: %s"
            .formatted(source.name(), fieldStart, place(", in "), problem));
  }

  /// {@return the error about a model that is well encoded, but that we do not read}
  MalformedException refuse(String problem) {
    return new MalformedException(source.name() + place(", ") + ": " + problem);
  }

  /// {@return the way to the open message, after `before`; empty in the model itself}
  String place(String before) {
    String path =
        StreamSupport.stream(open.spliterator(), false)
            .map(message -> message.place)
            .filter(place -> !place.isEmpty())
            .collect(Collectors.joining(", "));
    return path.isEmpty() ? "" : before + path;
  }

  private long end() {
    return open.getLast().end;
  }

  private void expect(Wire wanted) {
    if (wire != wanted) {
      throw damaged("expected " + wanted.label + " as " + what + ", found " + wire.label);
    }
  }

  private long readVarint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = readByte();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw damaged("expected a number of at most ten bytes in " + what);
  }

  private int readFourBytes() {
    return readByte() | readByte() << 8 | readByte() << 16 | readByte() << 24;
  }

  private int readByte() {
    if (position() >= end()) {
      throw damaged("expected " + what + ", but the bytes end");
    }
    if (windowAt == windowSize) {
      fill();
    }
    return window[windowAt++] & 0xff;
  }

  private void readTo(MemorySegment target) {
    long done = 0;
    while (done < target.byteSize()) {
      if (windowAt == windowSize) {
        fill();
      }
      int count = (int) Math.min(windowSize - windowAt, target.byteSize() - done);
      MemorySegment.copy(window, windowAt, target, ValueLayout.JAVA_BYTE, done, count);
      windowAt += count;
      done += count;
    }
  }

  private void jump(long bytes) {
    if (bytes <= windowSize - windowAt) {
      windowAt += (int) bytes;
    } else {
      windowStart = position() + bytes;
      windowAt = 0;
      windowSize = 0;
    }
  }

  private void fill() {
    windowStart = position();
    windowAt = 0;
    windowSize = (int) Math.min(window.length, open.getFirst().end - windowStart);
    try {
      source.read(windowStart, MemorySegment.ofArray(window).asSlice(0, windowSize));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

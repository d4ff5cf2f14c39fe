package opml.formats.gguf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import opml.core.codec.MalformedException;
import opml.formats.file.ByteSource;

/// The head of a file from its first byte on, read through a small window. Every length is compared with what the file
/// has left, and with a bound of its own, before anything is allocated for it.
final class GgufBytes {
  /// The most that all of a head may have: far more than any model's, whose vocabularies take some 20 MiB. A file of
  /// gigabytes can claim any length, and must not fill the memory with it.
  static final long MAX_HEAD = 1 << 26;

  private static final int WINDOW = 1 << 16;

  private final ByteSource source;

  /// What is left of the window; its first byte is at `position`.
  private ByteBuffer window = ByteBuffer.allocate(0);

  private long position;

  GgufBytes(ByteSource source) {
    this.source = source;
  }

  long position() {
    return position;
  }

  int u8(String what) throws IOException {
    return take(1, what).get() & 0xff;
  }

  int u32(String what) throws IOException {
    return take(4, what).getInt();
  }

  long u64(String what) throws IOException {
    return take(8, what).getLong();
  }

  /// {@return the number of things that follow}
  ///
  /// @param least bytes that each of them takes
  int count(int most, int least, String what) throws IOException {
    long at = position;
    long count = u64(what);
    if (Long.compareUnsigned(count, most) > 0) {
      throw malformed(
          at,
          "%s: expected at most %,d, found %s".formatted(what, most, Long.toUnsignedString(count)));
    }
    if (count * least > left()) {
      throw malformed(
          at,
          "%s: %,d take at least %,d bytes, and the file has %,d left"
              .formatted(what, count, count * least, left()));
    }
    return (int) count;
  }

  /// {@return text with its length before it}
  String text(int most, String what) throws IOException {
    int length = count(most, 1, "bytes of " + what);
    long at = position;
    byte[] bytes = bytes(length, what);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw malformed(at, what + ": expected UTF-8");
    }
  }

  byte[] bytes(int length, String what) throws IOException {
    require(length, what);
    byte[] bytes = new byte[length];
    int known = Math.min(length, window.remaining());
    window.get(bytes, 0, known);
    if (known < length) {
      source.read(position + known, MemorySegment.ofArray(bytes).asSlice(known));
    }
    position += length;
    return bytes;
  }

  MalformedException malformed(long at, String problem) {
    return new MalformedException("%s, offset %d: %s".formatted(source.name(), at, problem));
  }

  private ByteBuffer take(int length, String what) throws IOException {
    require(length, what);
    if (window.remaining() < length) {
      byte[] next = new byte[(int) Math.min(WINDOW, source.size() - position)];
      source.read(position, MemorySegment.ofArray(next));
      window = ByteBuffer.wrap(next).order(ByteOrder.LITTLE_ENDIAN);
    }
    position += length;
    return window;
  }

  private void require(int length, String what) {
    if (length > left()) {
      throw malformed(
          position,
          "%s: expected %,d bytes, and the file has %,d left".formatted(what, length, left()));
    }
    if (position + length > MAX_HEAD) {
      throw malformed(
          position,
          "%s: metadata and table of tensors have more than %,d bytes".formatted(what, MAX_HEAD));
    }
  }

  private long left() {
    return source.size() - position;
  }
}

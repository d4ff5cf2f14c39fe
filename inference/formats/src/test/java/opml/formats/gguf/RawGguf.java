package opml.formats.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Bytes of GGUF files, right or wrong, value by value.
final class RawGguf {
  private static final List<GgufType> TYPES = List.of(GgufType.values());

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// The header of version 3.
  static RawGguf of(long tensors, long pairs) {
    return new RawGguf().u32(0x4655_4747).u32(3).u64(tensors).u64(pairs);
  }

  RawGguf u8(int value) {
    out.write(value);
    return this;
  }

  RawGguf u32(long value) {
    return little(value, Integer.BYTES);
  }

  RawGguf u64(long value) {
    return little(value, Long.BYTES);
  }

  RawGguf text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return u64(bytes.length).bytes(bytes);
  }

  RawGguf bytes(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /// A key and the type of its value.
  RawGguf key(String key, GgufType type) {
    return text(key).u32(TYPES.indexOf(type));
  }

  /// A key, and the head of the array that is its value.
  RawGguf array(String key, GgufType element, long count) {
    return key(key, GgufType.ARRAY).u32(TYPES.indexOf(element)).u64(count);
  }

  /// Zeros up to a multiple of `alignment`, and more of them.
  RawGguf data(int alignment, int bytes) {
    int size = Math.ceilDiv(out.size(), alignment) * alignment + bytes;
    return bytes(new byte[size - out.size()]);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  GgufFile read() {
    return GgufReader.read("a.gguf", bytes());
  }

  private RawGguf little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }
}

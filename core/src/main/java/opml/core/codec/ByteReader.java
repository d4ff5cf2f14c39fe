package opml.core.codec;

import java.util.Arrays;
import opml.core.hash.Bytes32;

/// Reads big-endian fields one after the other and insists, at [#end()], that nothing is left over.
public final class ByteReader {
  private final String source;
  private final byte[] bytes;
  private int offset;

  /// A reader over all of `bytes`; `source` names them in errors.
  public ByteReader(String source, byte[] bytes) {
    this.source = source;
    this.bytes = bytes;
  }

  public int offset() {
    return offset;
  }

  public int remaining() {
    return bytes.length - offset;
  }

  /// {@return an unsigned byte}
  public int u8(String field) {
    return (int) unsigned(field, 1);
  }

  /// {@return an unsigned 32-bit integer}
  public long u32(String field) {
    return unsigned(field, 4);
  }

  /// {@return 64 bits}
  public long u64(String field) {
    return unsigned(field, 8);
  }

  /// {@return 32 bytes}
  public Bytes32 bytes32(String field) {
    require(field, Bytes32.BYTES);
    Bytes32 value = Bytes32.at(bytes, offset);
    offset += Bytes32.BYTES;
    return value;
  }

  /// {@return the next `length` bytes}
  public byte[] bytes(String field, int length) {
    require(field, length);
    byte[] value = Arrays.copyOfRange(bytes, offset, offset + length);
    offset += length;
    return value;
  }

  /// Checks that all bytes were read.
  public void end() {
    if (remaining() != 0) {
      throw malformed(remaining() + " bytes left over");
    }
  }

  /// {@return the error to throw at the current offset}
  public MalformedException malformed(String problem) {
    return new MalformedException(source + ", offset " + offset + ": " + problem);
  }

  private long unsigned(String field, int width) {
    require(field, width);
    long value = 0;
    for (int i = 0; i < width; i++) {
      value = value << 8 | bytes[offset++] & 0xff;
    }
    return value;
  }

  private void require(String field, int length) {
    if (length < 0 || length > remaining()) {
      throw malformed(field + " needs " + length + " bytes, " + remaining() + " are left");
    }
  }
}

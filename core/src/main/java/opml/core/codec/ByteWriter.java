package opml.core.codec;

import java.util.Arrays;
import opml.core.hash.Bytes32;

/// Appends big-endian fields to a growing array.
public final class ByteWriter {
  private byte[] bytes = new byte[64];
  private int size;

  public int size() {
    return size;
  }

  /// Appends one byte, 0 to 255.
  public ByteWriter u8(int value) {
    if (value < 0 || value > 0xff) {
      throw new IllegalArgumentException("not a byte: " + value);
    }
    return unsigned(value, 1);
  }

  /// Appends 32 bits, 0 to 2^32 - 1.
  public ByteWriter u32(long value) {
    if (value >>> 32 != 0) {
      throw new IllegalArgumentException("not a 32-bit number: " + value);
    }
    return unsigned(value, 4);
  }

  /// Appends 64 bits.
  public ByteWriter u64(long value) {
    return unsigned(value, 8);
  }

  public ByteWriter bytes32(Bytes32 value) {
    grow(Bytes32.BYTES);
    value.copyTo(bytes, size);
    size += Bytes32.BYTES;
    return this;
  }

  public ByteWriter bytes(byte[] value) {
    grow(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  public byte[] toArray() {
    return Arrays.copyOf(bytes, size);
  }

  private ByteWriter unsigned(long value, int width) {
    grow(width);
    for (int i = width - 1; i >= 0; i--) {
      bytes[size++] = (byte) (value >>> 8 * i);
    }
    return this;
  }

  private void grow(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }
}

package opml.core.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/// Thirty-two bytes: a hash, a tree leaf, or a word of the chain. Lane `i` holds the bytes `8i` to
/// `8i+7`, little-endian, as Keccak absorbs them.
public record Bytes32(long lane0, long lane1, long lane2, long lane3)
    implements Comparable<Bytes32> {
  public static final int BYTES = 32;
  public static final Bytes32 ZERO = new Bytes32(0, 0, 0, 0);

  static final VarHandle LANE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
          .withInvokeExactBehavior();

  /// {@return the 32 bytes at `offset` of an array}
  public static Bytes32 at(byte[] bytes, int offset) {
    return new Bytes32(
        (long) LANE.get(bytes, offset),
        (long) LANE.get(bytes, offset + 8),
        (long) LANE.get(bytes, offset + 16),
        (long) LANE.get(bytes, offset + 24));
  }

  /// {@return the value of exactly 32 bytes}
  public static Bytes32 of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("expected 32 bytes, got " + bytes.length);
    }
    return at(bytes, 0);
  }

  /// {@return the word whose big-endian value is the unsigned `value`}
  public static Bytes32 ofWord(long value) {
    return new Bytes32(0, 0, 0, Long.reverseBytes(value));
  }

  /// {@return the value of 64 hexadecimal digits, with or without 0x}
  public static Bytes32 ofHex(String hex) {
    return of(HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex));
  }

  /// Writes the 32 bytes to `offset` of an array.
  public void copyTo(byte[] bytes, int offset) {
    LANE.set(bytes, offset, lane0);
    LANE.set(bytes, offset + 8, lane1);
    LANE.set(bytes, offset + 16, lane2);
    LANE.set(bytes, offset + 24, lane3);
  }

  /// {@return a new array of the 32 bytes}
  public byte[] toArray() {
    byte[] bytes = new byte[BYTES];
    copyTo(bytes, 0);
    return bytes;
  }

  public boolean isZero() {
    return (lane0 | lane1 | lane2 | lane3) == 0;
  }

  /// Orders by the bytes, first byte first, each unsigned.
  @Override
  public int compareTo(Bytes32 other) {
    return Arrays.compareUnsigned(toArray(), other.toArray());
  }

  /// {@return 0x and 64 lower-case digits}
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(toArray());
  }
}

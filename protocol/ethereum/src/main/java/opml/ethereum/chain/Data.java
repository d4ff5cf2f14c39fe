package opml.ethereum.chain;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import opml.core.hash.Bytes32;

/// Bytes that nobody can change: calldata, return data, a log's data, a contract's code. JSON-RPC
/// calls this type DATA.
public final class Data {
  public static final Data EMPTY = new Data(new byte[0]);

  private final byte[] bytes;

  private Data(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Data of(byte[] bytes) {
    return new Data(bytes.clone());
  }

  /// {@return the bytes of 0x and an even number of hexadecimal digits}
  ///
  /// @throws IllegalArgumentException on any other text
  public static Data ofHex(String hex) {
    if (!hex.startsWith("0x") || hex.length() % 2 != 0) {
      throw new IllegalArgumentException(
          "not bytes (0x and an even number of hex digits): " + Text.shortened(hex));
    }
    return new Data(HexFormat.of().parseHex(hex, 2, hex.length()));
  }

  public byte[] toArray() {
    return bytes.clone();
  }

  public int length() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /// {@return the bytes from `from`, inclusive, to `to`, exclusive}
  public Data slice(int from, int to) {
    Objects.checkFromToIndex(from, to, bytes.length);
    return new Data(Arrays.copyOfRange(bytes, from, to));
  }

  /// {@return these bytes, then the other's}
  public Data then(Data next) {
    byte[] all = Arrays.copyOf(bytes, bytes.length + next.bytes.length);
    System.arraycopy(next.bytes, 0, all, bytes.length, next.bytes.length);
    return new Data(all);
  }

  /// {@return the 32 bytes at `offset`}
  public Bytes32 word(int offset) {
    Objects.checkFromIndexSize(offset, Bytes32.BYTES, bytes.length);
    return Bytes32.at(bytes, offset);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Data data && Arrays.equals(bytes, data.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// {@return 0x and two digits a byte, all of them}
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(bytes);
  }
}

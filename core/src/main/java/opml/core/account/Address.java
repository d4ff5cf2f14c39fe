package opml.core.account;

import java.util.HexFormat;
import opml.core.hash.Bytes32;

/// An account of the chain: 20 bytes.
///
/// @param word the address as the chain pads it, twelve zero bytes first; this is its field in a preimage
public record Address(Bytes32 word) {
  public static final int BYTES = 20;

  /// Nobody, or, as the server of a request, anybody.
  public static final Address ZERO = new Address(Bytes32.ZERO);

  /// Whom burnt shares are credited to. Nobody has its key.
  public static final Address BURNT = ofHex("0x000000000000000000000000000000000000dEaD");

  public Address {
    if (word.lane0() != 0 || (int) word.lane1() != 0) {
      throw new IllegalArgumentException("not an address of 20 bytes: " + word);
    }
  }

  /// {@return the address of exactly 20 bytes}
  public static Address of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an address has 20 bytes, not " + bytes.length);
    }
    byte[] word = new byte[Bytes32.BYTES];
    System.arraycopy(bytes, 0, word, Bytes32.BYTES - BYTES, BYTES);
    return new Address(Bytes32.of(word));
  }

  /// {@return the address of 40 hexadecimal digits of either case, with or without 0x}
  public static Address ofHex(String hex) {
    return of(HexFormat.of().parseHex(hex.startsWith("0x") ? hex.substring(2) : hex));
  }

  public boolean isZero() {
    return word.isZero();
  }

  /// {@return a new array of the 20 bytes}
  public byte[] toArray() {
    byte[] bytes = new byte[BYTES];
    System.arraycopy(word.toArray(), Bytes32.BYTES - BYTES, bytes, 0, BYTES);
    return bytes;
  }

  /// {@return 0x and 40 lower-case digits}
  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(toArray());
  }
}

package opml.core.codec;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// The tagged preimages of `spec/protocol.md` §1: a word with the left-aligned ASCII tag
/// `opml/1/…`, then the fields, each one 32-byte big-endian word unless the protocol gives a width.
public final class Preimage {
  private static final String PREFIX = "opml/1/";

  private final ByteWriter out = new ByteWriter();

  private Preimage() {}

  /// {@return a preimage that begins with the tag `opml/1/` + `name`}
  public static Preimage tagged(String name) {
    byte[] tag = (PREFIX + name).getBytes(StandardCharsets.US_ASCII);
    if (tag.length > Bytes32.BYTES) {
      throw new IllegalArgumentException("tag too long: " + name);
    }
    Preimage preimage = new Preimage();
    preimage.out.bytes(tag).bytes(new byte[Bytes32.BYTES - tag.length]);
    return preimage;
  }

  /// Appends a word holding an unsigned 64-bit number.
  public Preimage word(long value) {
    out.bytes32(Bytes32.ofWord(value));
    return this;
  }

  /// Appends a word holding a number from 0 to 2^256 - 1.
  public Preimage word(BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > 256) {
      throw new IllegalArgumentException("not a word: " + value);
    }
    byte[] magnitude = value.toByteArray();
    int used = (value.bitLength() + 7) / 8;
    out.bytes(new byte[Bytes32.BYTES - used]);
    out.bytes(Arrays.copyOfRange(magnitude, magnitude.length - used, magnitude.length));
    return this;
  }

  public Preimage word(Bytes32 value) {
    out.bytes32(value);
    return this;
  }

  /// Appends one byte.
  public Preimage u8(int value) {
    out.u8(value);
    return this;
  }

  /// Appends 32 bits.
  public Preimage u32(long value) {
    out.u32(value);
    return this;
  }

  /// Appends 64 bits.
  public Preimage u64(long value) {
    out.u64(value);
    return this;
  }

  public Preimage bytes(byte[] value) {
    out.bytes(value);
    return this;
  }

  public byte[] toArray() {
    return out.toArray();
  }

  public Bytes32 hash() {
    return Keccak.hash(out.toArray());
  }
}

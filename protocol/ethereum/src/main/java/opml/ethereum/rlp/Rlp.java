package opml.ethereum.rlp;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import opml.ethereum.chain.Data;

/// Recursive length prefix: bytes, and sequences of such items. Every item has one encoding, and no other is read.
///
/// Source: Ethereum's Yellow Paper, appendix B.
public sealed interface Rlp {
  /// Bytes of any meaning, called a string in the paper.
  record Bytes(Data data) implements Rlp {}

  /// Items in their order, called a list in the paper.
  record Sequence(List<Rlp> items) implements Rlp {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /// Sequences within sequences are read to this depth: nothing of Ethereum's goes deeper than 5, and a hostile answer
  /// must not exhaust the stack.
  int MOST_DEPTH = 16;

  /// {@return bytes as an item}
  static Rlp of(byte[] bytes) {
    return new Bytes(Data.of(bytes));
  }

  /// {@return bytes as an item}
  static Rlp of(Data data) {
    return new Bytes(data);
  }

  /// {@return a number as an item: big-endian, without leading zeros, so that 0 has no bytes}
  ///
  /// @param number at least 0
  static Rlp of(BigInteger number) {
    if (number.signum() < 0) {
      throw new IllegalArgumentException("not a number of a chain: " + number);
    }
    byte[] bytes = number.toByteArray();
    return of(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  /// {@return a number as an item}
  ///
  /// @param number at least 0
  static Rlp of(long number) {
    return of(BigInteger.valueOf(number));
  }

  /// {@return items as one}
  static Rlp of(List<Rlp> items) {
    return new Sequence(items);
  }

  /// {@return the item of these bytes}
  ///
  /// @throws IllegalArgumentException if they are not the one encoding of one item, or go deeper than [#MOST_DEPTH]
  static Rlp decode(byte[] encoded) {
    RlpReader reader = new RlpReader(encoded);
    Rlp item = reader.item(encoded.length, 0);
    reader.requireEnd(encoded.length);
    return item;
  }

  /// {@return the bytes of a [Bytes]}
  ///
  /// @throws IllegalArgumentException if this is a sequence
  default Data data() {
    throw new IllegalArgumentException("expected bytes, got a sequence");
  }

  /// {@return the items of a [Sequence]}
  ///
  /// @throws IllegalArgumentException if this is bytes
  default List<Rlp> items() {
    throw new IllegalArgumentException("expected a sequence, got bytes");
  }

  /// {@return the number of a [Bytes]}
  ///
  /// @throws IllegalArgumentException if this is a sequence, or begins with a zero
  default BigInteger number() {
    byte[] bytes = data().toArray();
    if (bytes.length > 0 && bytes[0] == 0) {
      throw new IllegalArgumentException("a number begins with a zero");
    }
    return new BigInteger(1, bytes);
  }

  /// {@return the one encoding of this item}
  default byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RlpWriter.write(this, out);
    return out.toByteArray();
  }
}

package opml.ethereum.key;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.rlp.Rlp;

/// A signed transaction of type 2 taken apart, so that it can be compared with the one that somebody was asked to sign.
///
/// Source: EIP-1559 (the fields and what is signed), EIP-2 (which signatures count).
record SignedTransaction(List<Rlp> fields, Signature signature, Bytes32 digest) {
  private static final byte TYPE = 2;

  private static final List<String> NAMES =
      List.of(
          "chainId",
          "nonce",
          "maxPriorityFeePerGas",
          "maxFeePerGas",
          "gas",
          "to",
          "value",
          "data",
          "accessList");

  /// {@return the transaction of these bytes}
  ///
  /// @throws IllegalArgumentException if they are none of type 2 in its one encoding, with a valid signature
  static SignedTransaction of(Data signed) {
    byte[] bytes = signed.toArray();
    if (bytes.length == 0 || bytes[0] != TYPE) {
      throw new IllegalArgumentException("no transaction of type 2 (EIP-1559)");
    }
    List<Rlp> items = Rlp.decode(Arrays.copyOfRange(bytes, 1, bytes.length)).items();
    int count = NAMES.size();
    if (items.size() != count + 3) {
      throw new IllegalArgumentException(
          "a transaction of %d fields, not %d".formatted(items.size(), count + 3));
    }
    BigInteger parity = items.get(count).number();
    if (parity.bitLength() > 1) {
      throw new IllegalArgumentException("a parity of " + parity + ", not 0 or 1");
    }
    Signature signature =
        new Signature(
            word(items.get(count + 1).number()),
            word(items.get(count + 2).number()),
            27 + parity.intValue());
    List<Rlp> fields = items.subList(0, count);
    return new SignedTransaction(List.copyOf(fields), signature, digest(fields));
  }

  private static Bytes32 word(BigInteger number) {
    if (number.bitLength() > 256) {
      throw new IllegalArgumentException("a signature with a number beyond 256 bits");
    }
    byte[] word = new byte[Bytes32.BYTES];
    byte[] bytes = number.toByteArray();
    int used = Math.min(bytes.length, word.length);
    System.arraycopy(bytes, bytes.length - used, word, word.length - used, used);
    return Bytes32.of(word);
  }

  private static Bytes32 digest(List<Rlp> fields) {
    byte[] encoded = Rlp.of(fields).encode();
    byte[] typed = new byte[encoded.length + 1];
    typed[0] = TYPE;
    System.arraycopy(encoded, 0, typed, 1, encoded.length);
    return Keccak.hash(typed);
  }

  /// {@return in what it is another than was asked for, each with what is there and what was asked; nothing if it is
  ///     the same, and signed by this account}
  List<String> differences(UnsignedTransaction asked, Address account) {
    List<Rlp> expected =
        List.of(
            Rlp.of(asked.chainId()),
            Rlp.of(asked.nonce()),
            Rlp.of(asked.tip().value()),
            Rlp.of(asked.maxFee().value()),
            Rlp.of(asked.gasLimit()),
            Rlp.of(asked.call().to().map(to -> Data.ofHex(to.toString())).orElse(Data.EMPTY)),
            Rlp.of(asked.call().value().value()),
            Rlp.of(asked.call().data()),
            Rlp.of(List.of()));
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) {
      if (!fields.get(i).equals(expected.get(i))) {
        differences.add(
            "%s is %s instead of %s"
                .formatted(NAMES.get(i), shown(fields.get(i)), shown(expected.get(i))));
      }
    }
    Optional<Address> signer = signature.signer(digest);
    if (!signer.equals(Optional.of(account))) {
      String other = signer.map(Address::toString).orElse("nobody");
      differences.add("it is signed by %s instead of %s".formatted(other, account));
    }
    return differences;
  }

  private static String shown(Rlp field) {
    return switch (field) {
      case Rlp.Bytes(Data data) -> {
        String hex = HexFormat.of().formatHex(data.slice(0, Math.min(32, data.length())).toArray());
        yield data.length() > 32 ? "0x%s… (%,d bytes)".formatted(hex, data.length()) : "0x" + hex;
      }
      case Rlp.Sequence(List<Rlp> items) -> "a list of " + items.size();
    };
  }
}

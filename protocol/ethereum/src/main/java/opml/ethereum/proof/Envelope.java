package opml.ethereum.proof;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Keccak;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.TxHash;
import opml.ethereum.evm.EvmWords;
import opml.ethereum.key.Signature;
import opml.ethereum.rlp.Rlp;
import opml.ethereum.rpc.Answer;

/// A signed transaction, encoded as it is hashed and as its block commits to it.
///
/// Source: EIP-155 (legacy), 2930 (access lists), 1559 (dynamic fees), 4844 (blobs), 7702 (authorisations), 2718 (how
/// types are told apart).
///
/// @param type 0 to 4
/// @param unsigned the fields that are signed, in their order
/// @param signature v or parity, r and s
record Envelope(int type, List<Rlp> unsigned, List<Rlp> signature) {
  private static final int LEGACY = 0;
  private static final int ACCESS_LIST = 1;
  private static final int BLOBS = 3;
  private static final int AUTHORISATIONS = 4;
  private static final int V_PARITY = 27;
  private static final int V_CHAIN = 35;

  /// {@return the type of a transaction, or of its receipt}
  ///
  /// @throws ChainException.Malformed if it is not known
  static int type(Answer of) {
    long type = of.optional("type").map(Answer::number).orElse(0L);
    if (type > AUTHORISATIONS) {
      throw new ChainException.Malformed(
          "a transaction of type %d, and the types that are known here are 0 to %d"
              .formatted(type, AUTHORISATIONS));
    }
    return (int) type;
  }

  /// {@return the encoding of what a type has, behind its number}
  static Data typed(int type, List<Rlp> items) {
    Data encoded = Data.of(Rlp.of(items).encode());
    return type == LEGACY ? encoded : Data.of(new byte[] {(byte) type}).then(encoded);
  }

  /// {@return the transaction that a node shows}
  static Envelope of(Answer tx) {
    int type = type(tx);
    List<Rlp> fields = new ArrayList<>();
    if (type != LEGACY) {
      fields.add(number(tx, "chainId"));
    }
    fields.add(number(tx, "nonce"));
    if (type <= ACCESS_LIST) {
      fields.add(number(tx, "gasPrice"));
    } else {
      fields.add(number(tx, "maxPriorityFeePerGas"));
      fields.add(number(tx, "maxFeePerGas"));
    }
    fields.add(number(tx, "gas"));
    fields.add(Rlp.of(tx.optional("to").map(Answer::data).orElse(Data.EMPTY)));
    fields.add(number(tx, "value"));
    fields.add(Rlp.of(tx.field("input").data()));
    if (type != LEGACY) {
      fields.add(list(tx, "accessList", Envelope::access));
    }
    if (type == BLOBS) {
      fields.add(number(tx, "maxFeePerBlobGas"));
      fields.add(list(tx, "blobVersionedHashes", hash -> Rlp.of(hash.data())));
    } else if (type == AUTHORISATIONS) {
      fields.add(list(tx, "authorizationList", Envelope::authorisation));
    }
    Rlp parity =
        type == LEGACY || tx.optional("yParity").isEmpty()
            ? number(tx, "v")
            : number(tx, "yParity");
    return new Envelope(type, fields, List.of(parity, number(tx, "r"), number(tx, "s")));
  }

  private static Rlp number(Answer of, String name) {
    return Rlp.of(of.field(name).quantity());
  }

  private interface Reading {
    Rlp of(Answer element);
  }

  private static Rlp list(Answer of, String name, Reading element) {
    return Rlp.of(of.field(name).elements().stream().map(element::of).toList());
  }

  private static Rlp access(Answer entry) {
    return Rlp.of(
        List.of(
            Rlp.of(entry.field("address").data()),
            list(entry, "storageKeys", key -> Rlp.of(key.data()))));
  }

  private static Rlp authorisation(Answer entry) {
    return Rlp.of(
        List.of(
            number(entry, "chainId"),
            Rlp.of(entry.field("address").data()),
            number(entry, "nonce"),
            number(entry, "yParity"),
            number(entry, "r"),
            number(entry, "s")));
  }

  Data encoded() {
    List<Rlp> all = new ArrayList<>(unsigned);
    all.addAll(signature);
    return typed(type, all);
  }

  TxHash hash() {
    return new TxHash(Keccak.hash(encoded().toArray()));
  }

  /// {@return who signed it}
  ///
  /// @throws ChainException.Malformed if it is nobody's
  Address signer() {
    try {
      long v = signature.getFirst().number().longValueExact();
      List<Rlp> signed = new ArrayList<>(unsigned);
      long parity = v;
      if (type == LEGACY && v >= V_CHAIN) {
        signed.addAll(List.of(Rlp.of((v - V_CHAIN) / 2), Rlp.of(0), Rlp.of(0)));
        parity = (v - V_CHAIN) % 2;
      } else if (type == LEGACY) {
        parity = v - V_PARITY;
      }
      Optional<Address> signer =
          new Signature(
                  EvmWords.bytes32(signature.get(1).number()),
                  EvmWords.bytes32(signature.get(2).number()),
                  Math.toIntExact(V_PARITY + parity))
              .signer(Keccak.hash(typed(type, signed).toArray()));
      return signer.orElseThrow(() -> new IllegalArgumentException("nobody has this signature"));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ChainException.Malformed("a transaction without a sender: " + e.getMessage());
    }
  }

  /// {@return the contract that it deploys, if it deploys one}
  Optional<Address> created() {
    if (!unsigned.get(nonce() + (type <= ACCESS_LIST ? 3 : 4)).data().isEmpty()) {
      return Optional.empty();
    }
    Rlp maker = Rlp.of(List.of(Rlp.of(signer().toArray()), unsigned.get(nonce())));
    byte[] hash = Keccak.hash(maker.encode()).toArray();
    return Optional.of(Address.of(Arrays.copyOfRange(hash, 12, hash.length)));
  }

  /// {@return what a unit of gas costs in a block}
  Wei gasPrice(Wei baseFee) {
    Wei first = new Wei(unsigned.get(nonce() + 1).number());
    return type <= ACCESS_LIST
        ? first
        : new Wei(unsigned.get(nonce() + 2).number()).min(baseFee.plus(first));
  }

  /// {@return where the nonce is: forms with a type begin with the chain's number}
  private int nonce() {
    return type == LEGACY ? 0 : 1;
  }
}

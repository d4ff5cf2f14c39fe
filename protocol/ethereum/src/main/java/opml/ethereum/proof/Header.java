package opml.ethereum.proof;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.rlp.Rlp;
import opml.ethereum.rpc.Answer;

/// A block's header, all of which its hash commits to.
///
/// Source: the Execution Layer Specification, from London (EIP-1559) to Osaka: later forks only added fields at the
/// end.
///
/// @param block its number, hash, parent, time and base fee
/// @param beneficiary who gets the tips
/// @param random the randomness of its slot
record Header(
    BlockRef block,
    Bytes32 stateRoot,
    Bytes32 transactionsRoot,
    Bytes32 receiptsRoot,
    Bloom bloom,
    Address beneficiary,
    Bytes32 random,
    long gasLimit) {

  private enum Form {
    DATA,
    NUMBER
  }

  private record Field(String name, Form form) {
    Rlp of(Answer value) {
      return form == Form.DATA ? Rlp.of(value.data()) : Rlp.of(value.quantity());
    }
  }

  private static Field data(String name) {
    return new Field(name, Form.DATA);
  }

  private static Field number(String name) {
    return new Field(name, Form.NUMBER);
  }

  private static final List<Field> LONDON =
      List.of(
          data("parentHash"),
          data("sha3Uncles"),
          data("miner"),
          data("stateRoot"),
          data("transactionsRoot"),
          data("receiptsRoot"),
          data("logsBloom"),
          number("difficulty"),
          number("number"),
          number("gasLimit"),
          number("gasUsed"),
          number("timestamp"),
          data("extraData"),
          data("mixHash"),
          data("nonce"),
          number("baseFeePerGas"));

  /// What Shanghai, Cancun and Prague added.
  private static final List<Field> LATER =
      List.of(
          data("withdrawalsRoot"),
          number("blobGasUsed"),
          number("excessBlobGas"),
          data("parentBeaconBlockRoot"),
          data("requestsHash"));

  /// What nodes say of a block beside its header.
  private static final Set<String> BESIDE =
      Set.of("hash", "size", "totalDifficulty", "uncles", "transactions", "withdrawals");

  /// {@return the header that a node shows}
  ///
  /// @throws ChainException.Malformed if it does not hash to what the node says, or has a form that is not known
  static Header of(Answer block) {
    List<Rlp> items = new ArrayList<>();
    for (Field field : LONDON) {
      items.add(field.of(block.field(field.name())));
    }
    for (Field field : LATER) {
      Optional<Answer> value = block.optional(field.name());
      if (value.isEmpty()) {
        break;
      }
      items.add(field.of(value.get()));
    }
    Bytes32 told = block.field("hash").bytes32();
    Bytes32 hash = Keccak.hash(Rlp.of(items).encode());
    if (!hash.equals(told)) {
      requireKnown(block);
      throw NodeLie.HEADER.told("block %s hashes to %s".formatted(told, hash));
    }
    Data bloom = block.field("logsBloom").data();
    if (bloom.length() != Bloom.BYTES) {
      throw new ChainException.Malformed("a bloom of " + bloom.length() + " bytes");
    }
    return new Header(
        new BlockRef(
            block.field("number").number(),
            hash,
            block.field("parentHash").bytes32(),
            block.field("timestamp").number(),
            block.field("baseFeePerGas").wei()),
        block.field("stateRoot").bytes32(),
        block.field("transactionsRoot").bytes32(),
        block.field("receiptsRoot").bytes32(),
        new Bloom(bloom),
        block.field("miner").address(),
        block.field("mixHash").bytes32(),
        block.field("gasLimit").number());
  }

  private static void requireKnown(Answer block) {
    Set<String> unknown = new HashSet<>(block.names());
    unknown.removeAll(BESIDE);
    LONDON.forEach(field -> unknown.remove(field.name()));
    LATER.forEach(field -> unknown.remove(field.name()));
    if (!unknown.isEmpty()) {
      throw new ChainException.Malformed(
          "a header with fields that are not known here, which reads those from London to Osaka: "
              + String.join(", ", unknown.stream().sorted().toList()));
    }
  }

  long number() {
    return block.number();
  }

  Bytes32 hash() {
    return block.hash();
  }

  Bytes32 parent() {
    return block.parent();
  }
}

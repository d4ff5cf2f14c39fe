package opml.ethereum.proof;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.evm.EvmWords;
import opml.ethereum.rlp.Rlp;
import opml.ethereum.rpc.Answer;
import opml.ethereum.trie.Trie;
import opml.ethereum.trie.TrieProof;

/// An account, and some words of its storage, as a state's root commits to them; an account that is not there is proven
/// not to be.
///
/// Source: EIP-1186 for what a node answers; Ethereum's Yellow Paper, section 4.1, for what is hashed.
///
/// @param codeHash of no code if there is none; [#NO_ACCOUNT] if there is no account
record AccountProof(Wei balance, long nonce, Bytes32 codeHash, Map<BigInteger, BigInteger> slots) {
  static final Bytes32 NO_CODE = Keccak.hash(new byte[0]);
  static final Bytes32 NO_ACCOUNT = Bytes32.ZERO;

  AccountProof {
    slots = Map.copyOf(slots);
  }

  /// {@return what a node proves of an account}
  ///
  /// @param asked the slots that it was asked for
  /// @throws opml.ethereum.chain.ChainException.Malformed if it proves nothing, or something else than it says
  static AccountProof of(Answer proof, Bytes32 stateRoot, Address address, List<BigInteger> asked) {
    List<Data> nodes = new ArrayList<>(nodes(proof.field("accountProof")));
    Map<BigInteger, Answer> told = new HashMap<>();
    for (Answer slot : proof.field("storageProof").elements()) {
      nodes.addAll(nodes(slot.field("proof")));
      told.put(slot.field("key").quantity(), slot.field("value"));
    }
    try {
      return proven(proof, new TrieProof(nodes), stateRoot, address, asked, told);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      throw NodeLie.STATE.told(
          "its proof of %s does not hold: %s".formatted(address, e.getMessage()));
    }
  }

  private static AccountProof proven(
      Answer proof,
      TrieProof nodes,
      Bytes32 stateRoot,
      Address address,
      List<BigInteger> asked,
      Map<BigInteger, Answer> told) {
    Optional<Data> account = nodes.value(stateRoot, key(address.toArray()));
    List<Rlp> fields =
        account
            .map(data -> Rlp.decode(data.toArray()).items())
            .orElseGet(
                () ->
                    List.of(
                        Rlp.of(0),
                        Rlp.of(0),
                        Rlp.of(Trie.EMPTY.toArray()),
                        Rlp.of(NO_CODE.toArray())));
    Bytes32 storage = fields.get(2).data().word(0);
    require(
        fields.get(0).number().equals(proof.field("nonce").quantity())
            && fields.get(1).number().equals(proof.field("balance").quantity()),
        "it says another balance or nonce than it proves");
    Map<BigInteger, BigInteger> slots = new HashMap<>();
    for (BigInteger slot : asked) {
      BigInteger value =
          nodes
              .value(storage, key(EvmWords.bytes32(slot).toArray()))
              .map(data -> Rlp.decode(data.toArray()).number())
              .orElse(BigInteger.ZERO);
      Answer said = told.get(slot);
      require(said != null && said.quantity().equals(value), "it says another word than it proves");
      slots.put(slot, value);
    }
    return new AccountProof(
        new Wei(fields.get(1).number()),
        fields.get(0).number().longValueExact(),
        account.isPresent() ? fields.get(3).data().word(0) : NO_ACCOUNT,
        slots);
  }

  private static void require(boolean good, String problem) {
    if (!good) {
      throw new IllegalArgumentException(problem);
    }
  }

  private static List<Data> nodes(Answer list) {
    return list.elements().stream().map(Answer::data).toList();
  }

  private static byte[] key(byte[] of) {
    return Keccak.hash(of).toArray();
  }

  /// {@return a word of its storage that was proven}
  BigInteger word(BigInteger slot) {
    return Objects.requireNonNull(slots.get(slot), "a slot that was not proven");
  }

  /// {@return the same with more words of storage}
  AccountProof with(Map<BigInteger, BigInteger> more) {
    Map<BigInteger, BigInteger> all = new HashMap<>(slots);
    all.putAll(more);
    return new AccountProof(balance, nonce, codeHash, all);
  }
}

package opml.ethereum.trie;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.rlp.Rlp;

/// Some nodes of tries, whoever they are from: each is found by its hash only, so none can be another than the root
/// commits to. What is not of the trie is not found, and does no harm.
public final class TrieProof {
  private final Map<Bytes32, Data> nodes = new HashMap<>();

  /// @param nodes in any order
  public TrieProof(Collection<Data> nodes) {
    nodes.forEach(node -> this.nodes.put(Keccak.hash(node.toArray()), node));
  }

  /// {@return what the trie of this root has for a key; nothing if it has none}
  ///
  /// @throws IllegalArgumentException if the nodes do not say
  public Optional<Data> value(Bytes32 root, byte[] key) {
    byte[] path = TriePath.of(key);
    Optional<Rlp> next = root.equals(Trie.EMPTY) ? Optional.empty() : Optional.of(node(root));
    int at = 0;
    while (next.isPresent()) {
      List<Rlp> items = next.get().items();
      if (items.size() == Trie.VALUE + 1) {
        if (at == path.length) {
          return Optional.of(items.get(Trie.VALUE).data()).filter(value -> !value.isEmpty());
        }
        next = child(items.get(path[at]));
        at++;
      } else if (items.size() == 2) {
        TriePath.Part part = TriePath.part(items.getFirst().data());
        if (!part.isAt(path, at)) {
          return Optional.empty();
        }
        at += part.path().length;
        if (part.isLeaf()) {
          return at == path.length ? Optional.of(items.getLast().data()) : Optional.empty();
        }
        next =
            Optional.of(
                child(items.getLast())
                    .orElseThrow(
                        () -> new IllegalArgumentException("a path in a trie that leads nowhere")));
      } else {
        throw new IllegalArgumentException("a node of a trie with " + items.size() + " items");
      }
    }
    return Optional.empty();
  }

  private Optional<Rlp> child(Rlp reference) {
    return switch (reference) {
      case Rlp.Sequence within -> Optional.of(within);
      case Rlp.Bytes(Data data) when data.isEmpty() -> Optional.empty();
      case Rlp.Bytes(Data data) when data.length() == Bytes32.BYTES ->
          Optional.of(node(data.word(0)));
      case Rlp.Bytes(Data data) ->
          throw new IllegalArgumentException("a hash of " + data.length() + " bytes");
    };
  }

  private Rlp node(Bytes32 hash) {
    Data node = nodes.get(hash);
    if (node == null) {
      throw new IllegalArgumentException("no node hashes to " + hash);
    }
    return Rlp.decode(node.toArray());
  }
}

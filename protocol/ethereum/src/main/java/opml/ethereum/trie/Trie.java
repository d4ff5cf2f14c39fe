package opml.ethereum.trie;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.rlp.Rlp;

/// A Merkle-Patricia trie of all its entries, made at once.
///
/// Source: Ethereum's Yellow Paper, appendix D.
public final class Trie {
  /// The root of a trie without entries.
  public static final Bytes32 EMPTY = Keccak.hash(Rlp.of(Data.EMPTY).encode());

  /// Where a branch has the value of a path that ends in it.
  static final int VALUE = 16;

  private record Entry(byte[] path, Data value) {}

  private final Map<Bytes32, Data> nodes = new HashMap<>();
  private final Bytes32 root;

  private Trie(List<Entry> entries) {
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort((a, b) -> Arrays.compare(a.path(), b.path()));
    root = stored(node(sorted, 0).encode());
  }

  /// {@return the trie of these values, none of which is empty}
  public static Trie of(Map<Data, Data> values) {
    List<Entry> entries = new ArrayList<>();
    values.forEach((key, value) -> entries.add(new Entry(TriePath.of(key.toArray()), value)));
    return new Trie(entries);
  }

  /// {@return the trie of a list, in which each value has its place as key: so a block has its transactions and
  /// receipts}
  public static Trie of(List<Data> values) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      entries.add(new Entry(TriePath.of(Rlp.of(i).encode()), values.get(i)));
    }
    return new Trie(entries);
  }

  /// {@return the hash that commits to all entries}
  public Bytes32 root() {
    return root;
  }

  /// {@return all nodes that are named by a hash}
  public Map<Bytes32, Data> nodes() {
    return Collections.unmodifiableMap(nodes);
  }

  /// {@return the node of entries, sorted, whose paths are the same up to `depth`}
  private Rlp node(List<Entry> entries, int depth) {
    if (entries.isEmpty()) {
      return Rlp.of(Data.EMPTY);
    }
    byte[] first = entries.getFirst().path();
    if (entries.size() == 1) {
      return Rlp.of(
          List.of(
              Rlp.of(TriePath.compact(first, depth, first.length, true)),
              Rlp.of(entries.getFirst().value())));
    }
    byte[] last = entries.getLast().path();
    int common = Arrays.mismatch(first, 0, first.length, last, 0, last.length);
    if (common < 0) {
      throw new IllegalArgumentException("two values of one key");
    }
    return common == depth
        ? branch(entries, depth)
        : Rlp.of(
            List.of(
                Rlp.of(TriePath.compact(first, depth, common, false)),
                reference(branch(entries, common))));
  }

  private Rlp branch(List<Entry> entries, int depth) {
    List<Rlp> items = new ArrayList<>();
    int at = entries.getFirst().path().length == depth ? 1 : 0;
    for (int step = 0; step < VALUE; step++) {
      int from = at;
      while (at < entries.size() && entries.get(at).path()[depth] == step) {
        at++;
      }
      items.add(reference(node(entries.subList(from, at), depth + 1)));
    }
    boolean ends = entries.getFirst().path().length == depth;
    items.add(Rlp.of(ends ? entries.getFirst().value() : Data.EMPTY));
    return Rlp.of(items);
  }

  /// {@return as a node stands in the one above it: itself, or its hash if that is shorter}
  private Rlp reference(Rlp node) {
    byte[] encoded = node.encode();
    return encoded.length < Bytes32.BYTES ? node : Rlp.of(stored(encoded).toArray());
  }

  private Bytes32 stored(byte[] encoded) {
    Bytes32 hash = Keccak.hash(encoded);
    nodes.put(hash, Data.of(encoded));
    return hash;
  }
}

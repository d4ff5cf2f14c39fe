package opml.core.merkle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import org.jspecify.annotations.Nullable;

/// A tree that remembers only its non-zero nodes. Setting a leaf, or the root of a whole subtree,
/// costs one hash a level.
///
/// A subtree set by its root is opaque: nothing below it can be proven or changed any more.
///
/// Copies of a [#shared] tree have its nodes in common, and each of its own those that were set since: such a copy
/// costs what was changed, and not what there is.
public final class SparseTree {
  private final int depth;

  /// By height: nodes that other trees have, too, and that nobody changes.
  private List<Map<Long, Bytes32>> shared;

  /// By height: nodes that are others by now, zero ones among them.
  private final List<Map<Long, Bytes32>> own = new ArrayList<>();

  /// An all-zero tree of `depth` 0 to 63.
  public SparseTree(int depth) {
    this.depth = depth;
    this.shared = Collections.nCopies(depth + 1, Map.of());
    for (int h = 0; h <= depth; h++) {
      own.add(new HashMap<>());
    }
  }

  private SparseTree(SparseTree other) {
    this.depth = other.depth;
    this.shared = other.shared;
    for (Map<Long, Bytes32> level : other.own) {
      own.add(new HashMap<>(level));
    }
  }

  /// {@return a tree of `depth` 0 to 31 whose first leaves are these}; as [#set] of each, but every node above them is
  /// hashed once
  ///
  /// @throws IllegalArgumentException if they are more than the tree has
  public static SparseTree of(int depth, Bytes32... leaves) {
    if (depth < 0 || depth > 31 || leaves.length > 1L << depth) {
      throw new IllegalArgumentException(
          "%d leaves in a tree of depth %d".formatted(leaves.length, depth));
    }
    SparseTree tree = new SparseTree(depth);
    Bytes32[] row = leaves.clone();
    for (int height = 0; ; height++) {
      for (int i = 0; i < row.length; i++) {
        tree.put(height, i, row[i]);
      }
      if (height == depth) {
        return tree;
      }
      Bytes32 zero = ZeroHashes.at(height);
      Bytes32[] below = row;
      row = new Bytes32[(below.length + 1) / 2];
      Arrays.parallelSetAll(
          row, i -> Keccak.node(below[2 * i], 2 * i + 1 < below.length ? below[2 * i + 1] : zero));
    }
  }

  /// {@return a tree of its own with the same nodes}
  public SparseTree copy() {
    return new SparseTree(this);
  }

  /// {@return a copy that is copied often: all its nodes are shared with its copies}
  public SparseTree shared() {
    SparseTree copy = new SparseTree(depth);
    List<Map<Long, Bytes32>> all = new ArrayList<>();
    for (int h = 0; h <= depth; h++) {
      Map<Long, Bytes32> level = new HashMap<>(shared.get(h));
      level.putAll(own.get(h));
      Bytes32 zero = ZeroHashes.at(h);
      level.values().removeIf(zero::equals);
      all.add(level);
    }
    copy.shared = List.copyOf(all);
    return copy;
  }

  public int depth() {
    return depth;
  }

  /// {@return the root}
  public Bytes32 root() {
    return node(depth, 0);
  }

  /// {@return the leaf `index`}
  public Bytes32 leaf(long index) {
    return node(0, index);
  }

  /// {@return the node `index` at `height`}
  public Bytes32 node(int height, long index) {
    requireNode(height, index);
    @Nullable Bytes32 changed = own.get(height).get(index);
    return changed == null
        ? shared.get(height).getOrDefault(index, ZeroHashes.at(height))
        : changed;
  }

  /// Sets the leaf `index`.
  public void set(long index, Bytes32 leaf) {
    set(0, index, leaf);
  }

  /// Sets the node `index` at `height` and everything above it.
  public void set(int height, long index, Bytes32 node) {
    requireNode(height, index);
    Bytes32 hash = node;
    long at = index;
    for (int h = height; ; h++, at >>>= 1) {
      put(h, at, hash);
      if (h == depth) {
        return;
      }
      Bytes32 sibling = node(h, at ^ 1);
      hash = (at & 1) == 0 ? Keccak.node(hash, sibling) : Keccak.node(sibling, hash);
    }
  }

  private void put(int height, long index, Bytes32 hash) {
    if (hash.equals(ZeroHashes.at(height)) && !shared.get(height).containsKey(index)) {
      own.get(height).remove(index);
    } else {
      own.get(height).put(index, hash);
    }
  }

  /// {@return the proof of the leaf `index`}
  public Proof prove(long index) {
    return prove(0, index);
  }

  /// {@return the proof of the node `index` at `height`}
  public Proof prove(int height, long index) {
    requireNode(height, index);
    List<Bytes32> siblings = new ArrayList<>();
    for (int h = height; h < depth; h++) {
      siblings.add(node(h, (index >>> (h - height)) ^ 1));
    }
    return new Proof(height, index, siblings);
  }

  private void requireNode(int height, long index) {
    if (height < 0 || height > depth || index < 0 || index >>> (depth - height) != 0) {
      throw new IndexOutOfBoundsException(
          "no node " + index + " at height " + height + " of a tree of depth " + depth);
    }
  }
}

package opml.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.ZeroHashes;

/// An input cut into parts that fit in a transaction each, as the contract `Inputs` takes them: whole subtrees of the
/// input's tree, without the zeros at their ends.
///
/// @param root of the whole input
/// @param depth of the whole input's tree
/// @param roots of the parts, from the left; at least one
/// @param data of each different part that is not all zeros
record InputParts(Bytes32 root, int depth, List<Bytes32> roots, Map<Bytes32, byte[]> data) {
  /// The depth of a part's tree: 64 KiB, since nodes pass on no transaction above 128 KiB.
  static final int PART_DEPTH = 11;

  private static final int PART_BYTES = Bytes32.BYTES << PART_DEPTH;

  InputParts {
    roots = List.copyOf(roots);
  }

  /// {@return the parts of an input}
  ///
  /// @param input not all zeros, with or without its trailing zeros
  /// @param depth of its tree, above [#PART_DEPTH]
  static InputParts of(byte[] input, int depth) {
    byte[] trimmed = ShortBuffer.trim(input);
    if (trimmed.length == 0 || depth <= PART_DEPTH) {
      throw new IllegalArgumentException(
          "%d bytes of depth %d are no parts".formatted(trimmed.length, depth));
    }
    List<Bytes32> roots = new ArrayList<>();
    Map<Bytes32, byte[]> data = new LinkedHashMap<>();
    for (int from = 0; from < trimmed.length; from += PART_BYTES) {
      int to = Math.min(from + PART_BYTES, trimmed.length);
      byte[] part = ShortBuffer.trim(Arrays.copyOfRange(trimmed, from, to));
      Bytes32 root = MerkleRoot.of(part, PART_DEPTH);
      roots.add(root);
      if (part.length > 0) {
        data.put(root, part);
      }
    }
    return new InputParts(joined(roots, PART_DEPTH, depth), depth, roots, data);
  }

  /// {@return the root of a tree whose subtrees of depth `from` have these roots from the left, and are zero behind
  /// them}
  ///
  /// @param roots at least one
  /// @throws IllegalArgumentException if there are more than the tree has
  static Bytes32 joined(List<Bytes32> roots, int from, int depth) {
    if (roots.isEmpty() || roots.size() > 1L << depth - from) {
      throw new IllegalArgumentException(
          "%d parts of depth %d in a tree of depth %d".formatted(roots.size(), from, depth));
    }
    List<Bytes32> level = roots;
    for (int height = from; height < depth; height++) {
      List<Bytes32> parents = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        Bytes32 right = i + 1 < level.size() ? level.get(i + 1) : ZeroHashes.at(height);
        parents.add(Keccak.node(level.get(i), right));
      }
      level = parents;
    }
    return level.getFirst();
  }

  /// {@return the roots as `join` takes them}
  byte[] packed() {
    return new Evidence().states(roots).pack();
  }
}

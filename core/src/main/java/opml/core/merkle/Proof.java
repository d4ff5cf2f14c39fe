package opml.core.merkle;

import java.util.ArrayList;
import java.util.List;
import opml.core.codec.ByteReader;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// The siblings on the way from a node at `height` to the root of its tree, lowest first.
///
/// Encoded, a proof is a mask of 64 bits, big-endian, and the siblings whose bit is set: bit `i`
/// belongs to `siblings[i]`, the one at height `height + i`; a clear bit stands for the zero
/// subtree of that height (`spec/protocol.md` §1).
///
/// @param height of the proven node: 0 for a leaf, `d` for the root of a subtree of depth `d`
/// @param index of the proven node among those of its height
public record Proof(int height, long index, List<Bytes32> siblings) {
  public Proof {
    siblings = List.copyOf(siblings);
    int depth = height + siblings.size();
    if (height < 0 || depth > ZeroHashes.MAX_HEIGHT) {
      throw new IllegalArgumentException("no such height: " + height + " of " + depth);
    }
    if (index < 0 || index >>> siblings.size() != 0) {
      throw new IllegalArgumentException(
          "no node " + index + " at height " + height + " of a tree of depth " + depth);
    }
  }

  /// {@return the depth of the tree that this proof climbs}
  public int depth() {
    return height + siblings.size();
  }

  /// {@return the root of the tree in which the proven node is `node`}
  public Bytes32 root(Bytes32 node) {
    Bytes32 hash = node;
    for (int i = 0; i < siblings.size(); i++) {
      Bytes32 sibling = siblings.get(i);
      boolean right = (index >>> i & 1) != 0;
      hash = right ? Keccak.node(sibling, hash) : Keccak.node(hash, sibling);
    }
    return hash;
  }

  /// Appends the encoding.
  public void writeTo(ByteWriter out) {
    long mask = 0;
    for (int i = 0; i < siblings.size(); i++) {
      if (!siblings.get(i).equals(ZeroHashes.at(height + i))) {
        mask |= 1L << i;
      }
    }
    out.u64(mask);
    for (int i = 0; i < siblings.size(); i++) {
      if ((mask >>> i & 1) != 0) {
        out.bytes32(siblings.get(i));
      }
    }
  }

  /// {@return the encoding}
  public byte[] encode() {
    ByteWriter out = new ByteWriter();
    writeTo(out);
    return out.toArray();
  }

  /// Reads the proof of node `index` at `height` in a tree of this `depth`.
  ///
  /// @throws opml.core.codec.MalformedException on unused mask bits, or a zero subtree spelt out
  public static Proof read(ByteReader in, int height, int depth, long index) {
    int count = depth - height;
    long mask = in.u64("proof mask");
    if (mask >>> count != 0) {
      throw in.malformed("proof mask has bits beyond its " + count + " siblings");
    }
    List<Bytes32> siblings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Bytes32 zero = ZeroHashes.at(height + i);
      if ((mask >>> i & 1) == 0) {
        siblings.add(zero);
      } else {
        Bytes32 sibling = in.bytes32("proof sibling");
        if (sibling.equals(zero)) {
          throw in.malformed("a zero subtree is spelt out at height " + (height + i));
        }
        siblings.add(sibling);
      }
    }
    return new Proof(height, index, siblings);
  }
}

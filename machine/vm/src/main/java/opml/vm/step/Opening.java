package opml.vm.step;

import java.util.ArrayList;
import java.util.List;
import opml.core.codec.ByteReader;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.core.merkle.Proof;
import opml.core.merkle.ZeroHashes;

/// A leaf together with its way to the root; encoded `leaf 32 ‖ mask u64 ‖ siblings`.
public record Opening(Bytes32 leaf, Proof proof) {
  /// {@return the root of the tree that holds the leaf}
  public Bytes32 root() {
    return proof.root(leaf);
  }

  void writeTo(ByteWriter out) {
    out.bytes32(leaf);
    proof.writeTo(out);
  }

  /// Reads the opening of the leaf `index` of a tree of this depth, and takes what the contract takes: a zero subtree
  /// may be spelt out, which cannot change the outcome, and which looking for would cost every honest step.
  static Opening read(ByteReader in, int depth, long index) {
    Bytes32 leaf = in.bytes32("leaf");
    long mask = in.u64("proof mask");
    if (mask >>> depth != 0) {
      throw in.malformed("proof mask has bits beyond its " + depth + " siblings");
    }
    List<Bytes32> siblings = new ArrayList<>(depth);
    for (int i = 0; i < depth; i++) {
      siblings.add((mask >>> i & 1) == 0 ? ZeroHashes.at(i) : in.bytes32("proof sibling"));
    }
    return new Opening(leaf, new Proof(0, index, siblings));
  }
}

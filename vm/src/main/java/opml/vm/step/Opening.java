package opml.vm.step;

import opml.core.codec.ByteReader;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.core.merkle.Proof;

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

  /// Reads the opening of the leaf `index` of a tree of this depth.
  static Opening read(ByteReader in, int depth, long index) {
    Bytes32 leaf = in.bytes32("leaf");
    return new Opening(leaf, Proof.read(in, 0, depth, index));
  }
}

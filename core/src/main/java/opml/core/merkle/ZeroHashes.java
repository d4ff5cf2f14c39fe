package opml.core.merkle;

import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;

/// The roots of all-zero trees: `Z[0] = 0`, `Z[h+1] = H(Z[h] ‖ Z[h])` (`spec/protocol.md` §1).
public final class ZeroHashes {
  /// Deeper than any tree of the protocol.
  public static final int MAX_HEIGHT = 63;

  private static final Bytes32[] Z = table();

  private ZeroHashes() {}

  /// {@return the root of a zero tree of this depth, 0 to 63}
  public static Bytes32 at(int height) {
    return Z[height];
  }

  private static Bytes32[] table() {
    Bytes32[] z = new Bytes32[MAX_HEIGHT + 1];
    z[0] = Bytes32.ZERO;
    for (int h = 0; h < MAX_HEIGHT; h++) {
      z[h + 1] = Keccak.node(z[h], z[h]);
    }
    return z;
  }
}

package opml.core.hash;

import java.util.Arrays;
import java.util.Random;

/// Prints the settled hasher of its JVM and a digest of what it computes.
final class HasherProbe {
  private HasherProbe() {}

  public static void main(String[] args) {
    NodeHasher hasher = NodeHasher.settled();
    System.out.println(hasher.name());
    System.out.println(digest(hasher));
  }

  /// {@return a hash over the parents of 0 to 40 pairs}
  static Bytes32 digest(NodeHasher hasher) {
    Random random = new Random(1);
    Bytes32 digest = Bytes32.ZERO;
    for (int count = 0; count <= 40; count++) {
      long[] nodes = random.longs(8L * count).toArray();
      hasher.parents(nodes, count);
      for (long lane : Arrays.copyOf(nodes, 4 * count)) {
        digest = Keccak.node(digest, Bytes32.ofWord(lane));
      }
    }
    return digest;
  }
}

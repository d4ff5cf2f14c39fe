package opml.core.hash;

import java.util.Arrays;
import java.util.Random;

/// Prints the settled hasher of its JVM and a digest of what it computes.
final class HasherProbe {
  private static final int TREES = 8;

  private HasherProbe() {}

  public static void main(String[] args) {
    NodeHasher hasher = NodeHasher.settled();
    System.out.println(hasher.name());
    System.out.println(digest(hasher));
  }

  /// {@return a hash over the parents of 0 to 40 pairs and the roots of trees of height 0 to 4}
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
    for (int height = 0; height <= 4; height++) {
      for (long lane : roots(hasher, random.longs(4L * TREES << height).toArray(), height)) {
        digest = Keccak.node(digest, Bytes32.ofWord(lane));
      }
    }
    return digest;
  }

  /// {@return the roots of as many trees as fill every hasher's width}
  private static long[] roots(NodeHasher hasher, long[] leaves, int height) {
    int lanes = 4 * hasher.width() << height;
    long[] roots = new long[4 * TREES];
    for (int first = 0; first < TREES; first += hasher.width()) {
      long[] part = Arrays.copyOfRange(leaves, 4 * first << height, (4 * first << height) + lanes);
      hasher.roots(part, height, new long[lanes]);
      System.arraycopy(part, 0, roots, 4 * first, 4 * hasher.width());
    }
    return roots;
  }
}

package opml.ethereum.trie;

import java.util.Arrays;
import opml.ethereum.chain.Data;

/// A path in a trie: half a byte a step, and its compact form in the nodes that shorten it.
///
/// Source: Ethereum's Yellow Paper, appendix C.
final class TriePath {
  private static final int LEAF = 2;
  private static final int ODD = 1;

  private TriePath() {}

  /// {@return two steps a byte}
  static byte[] of(byte[] bytes) {
    byte[] nibbles = new byte[2 * bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      nibbles[2 * i] = (byte) (bytes[i] >> 4 & 0xf);
      nibbles[2 * i + 1] = (byte) (bytes[i] & 0xf);
    }
    return nibbles;
  }

  /// {@return the compact form of a part of a path}
  static byte[] compact(byte[] path, int from, int to, boolean isLeaf) {
    int length = to - from;
    byte[] nibbles = new byte[length + 2 - length % 2];
    nibbles[0] = (byte) ((isLeaf ? LEAF : 0) + length % 2);
    System.arraycopy(path, from, nibbles, nibbles.length - length, length);
    byte[] bytes = new byte[nibbles.length / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (nibbles[2 * i] << 4 | nibbles[2 * i + 1]);
    }
    return bytes;
  }

  /// A part of a path, taken from its compact form.
  record Part(byte[] path, boolean isLeaf) {
    boolean isAt(byte[] of, int from) {
      return from + path.length <= of.length
          && Arrays.equals(path, 0, path.length, of, from, from + path.length);
    }
  }

  /// {@return the part of this compact form}
  ///
  /// @throws IllegalArgumentException if it is none
  static Part part(Data compact) {
    byte[] nibbles = of(compact.toArray());
    if (nibbles.length == 0 || nibbles[0] > LEAF + ODD) {
      throw new IllegalArgumentException("a node of a trie without a path");
    }
    int from = 2 - nibbles[0] % 2;
    return new Part(Arrays.copyOfRange(nibbles, from, nibbles.length), nibbles[0] >= LEAF);
  }
}

package opml.core.hash;

/// One pair after the other.
final class ScalarNodeHasher extends NodeHasher {
  static final ScalarNodeHasher INSTANCE = new ScalarNodeHasher();

  @Override
  public int width() {
    return 1;
  }

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  void pairs(long[] words, int from, int to) {
    long[] state = new long[Keccak.LANES];
    System.arraycopy(words, from, state, 0, 8);
    state[8] = NODE_PAD;
    state[16] = LAST_PAD;
    Keccak.permute(state);
    System.arraycopy(state, 0, words, to, 4);
  }

  @Override
  void hashParents(long[] nodes, int parents) {
    for (int i = 0; i < parents; i++) {
      pairs(nodes, PAIR * i, NODE * i);
    }
  }

  @Override
  void hashRoots(long[] leaves, int height, long[] scratch) {
    for (int h = height - 1; h >= 0; h--) {
      hashParents(leaves, 1 << h);
    }
  }
}

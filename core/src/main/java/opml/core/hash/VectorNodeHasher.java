package opml.core.hash;

import static jdk.incubator.vector.VectorOperators.AND_NOT;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Keccak-f[1600] on several states at once, one in each lane of a vector register: the rounds of
/// [Keccak#permute], word for word.
///
/// The only class that names the incubating vector module. Nothing may touch it unless
/// [NodeHasherChoice] has found the module. The species is a constant of the JVM, so that HotSpot
/// turns every call below into one instruction; were it a field of an object, each would box.
///
/// Registers of 256 bits are taken even where there are wider ones. The 25 lanes of a state and what a round needs
/// beside them do not fit 32 registers, HotSpot aligns the stack on which it keeps the others to 16 bytes only, and
/// 64 bytes across two lines of the cache are slow: with 512 bits the same code ran at 11 or at 18 million pairs a
/// second (Zen 4), depending on nothing but the frames of its callers; with 256 bits always at 17.
///
/// The rounds are written out without methods of ours, which HotSpot would no longer inline into a
/// method of this size.
final class VectorNodeHasher extends NodeHasher {
  private static final int BEST_BITS = 256;

  private static final VectorSpecies<Long> SPECIES = species();
  private static final int WIDTH = SPECIES.length();

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public String name() {
    return WIDTH + " x " + SPECIES.vectorBitSize() / WIDTH + " bit";
  }

  private static VectorSpecies<Long> species() {
    int forced = NodeHasherChoice.forcedBits();
    int best = Math.min(BEST_BITS, LongVector.SPECIES_PREFERRED.vectorBitSize());
    return VectorSpecies.of(long.class, VectorShape.forBitSize(forced == 0 ? best : forced));
  }

  @Override
  void hashParents(long[] nodes, int parents) {
    long[] words = new long[PAIR * WIDTH];
    for (int first = 0; first < parents; first += WIDTH) {
      int count = Math.min(WIDTH, parents - first);
      if (count == 1) {
        ScalarNodeHasher.INSTANCE.pairs(nodes, PAIR * first, NODE * first);
        return;
      }
      // Lanes beyond the last pair keep what was there before; nobody reads their hashes.
      for (int j = 0, at = PAIR * first; j < count; j++) {
        for (int k = 0; k < PAIR; k++, at++) {
          words[k * WIDTH + j] = nodes[at];
        }
      }
      pairs(words, 0, 0);
      for (int j = 0, at = NODE * first; j < count; j++) {
        for (int k = 0; k < NODE; k++, at++) {
          nodes[at] = words[k * WIDTH + j];
        }
      }
    }
  }

  @Override
  void hashRoots(long[] leaves, int height, long[] scratch) {
    int lanes = NODE << height;
    sideBySide(leaves, lanes, scratch);
    for (int parents = 1 << height >> 1; parents > 0; parents >>= 1) {
      for (int i = 0; i < parents; i++) {
        pairs(scratch, PAIR * WIDTH * i, NODE * WIDTH * i);
      }
    }
    for (int j = 0; j < WIDTH; j++) {
      for (int k = 0; k < NODE; k++) {
        leaves[NODE * j + k] = scratch[k * WIDTH + j];
      }
    }
  }

  /// Puts lane `k` of tree `j` at `k·WIDTH + j`, a node of each tree after the other so that what is written stays
  /// in the first cache.
  private static void sideBySide(long[] trees, int lanes, long[] target) {
    for (int first = 0; first < lanes; first += NODE) {
      for (int j = 0; j < WIDTH; j++) {
        int from = lanes * j + first;
        int to = first * WIDTH + j;
        target[to] = trees[from];
        target[to + WIDTH] = trees[from + 1];
        target[to + 2 * WIDTH] = trees[from + 2];
        target[to + 3 * WIDTH] = trees[from + 3];
      }
    }
  }

  @Override
  void pairs(long[] words, int from, int to) {
    LongVector zero = LongVector.zero(SPECIES);
    LongVector a0 = LongVector.fromArray(SPECIES, words, from);
    LongVector a1 = LongVector.fromArray(SPECIES, words, from + WIDTH);
    LongVector a2 = LongVector.fromArray(SPECIES, words, from + 2 * WIDTH);
    LongVector a3 = LongVector.fromArray(SPECIES, words, from + 3 * WIDTH);
    LongVector a4 = LongVector.fromArray(SPECIES, words, from + 4 * WIDTH);
    LongVector a5 = LongVector.fromArray(SPECIES, words, from + 5 * WIDTH);
    LongVector a6 = LongVector.fromArray(SPECIES, words, from + 6 * WIDTH);
    LongVector a7 = LongVector.fromArray(SPECIES, words, from + 7 * WIDTH);
    LongVector a8 = LongVector.broadcast(SPECIES, NODE_PAD);
    LongVector a9 = zero;
    LongVector a10 = zero;
    LongVector a11 = zero;
    LongVector a12 = zero;
    LongVector a13 = zero;
    LongVector a14 = zero;
    LongVector a15 = zero;
    LongVector a16 = LongVector.broadcast(SPECIES, LAST_PAD);
    LongVector a17 = zero;
    LongVector a18 = zero;
    LongVector a19 = zero;
    LongVector a20 = zero;
    LongVector a21 = zero;
    LongVector a22 = zero;
    LongVector a23 = zero;
    LongVector a24 = zero;
    for (long roundConstant : Keccak.ROUND_CONSTANTS) {
      // theta
      LongVector c0 = a0.lanewise(XOR, a5).lanewise(XOR, a10).lanewise(XOR, a15).lanewise(XOR, a20);
      LongVector c1 = a1.lanewise(XOR, a6).lanewise(XOR, a11).lanewise(XOR, a16).lanewise(XOR, a21);
      LongVector c2 = a2.lanewise(XOR, a7).lanewise(XOR, a12).lanewise(XOR, a17).lanewise(XOR, a22);
      LongVector c3 = a3.lanewise(XOR, a8).lanewise(XOR, a13).lanewise(XOR, a18).lanewise(XOR, a23);
      LongVector c4 = a4.lanewise(XOR, a9).lanewise(XOR, a14).lanewise(XOR, a19).lanewise(XOR, a24);
      LongVector d0 = c4.lanewise(XOR, c1.lanewise(ROL, 1));
      LongVector d1 = c0.lanewise(XOR, c2.lanewise(ROL, 1));
      LongVector d2 = c1.lanewise(XOR, c3.lanewise(ROL, 1));
      LongVector d3 = c2.lanewise(XOR, c4.lanewise(ROL, 1));
      LongVector d4 = c3.lanewise(XOR, c0.lanewise(ROL, 1));
      // rho and pi
      LongVector b0 = a0.lanewise(XOR, d0);
      LongVector b10 = a1.lanewise(XOR, d1).lanewise(ROL, 1);
      LongVector b20 = a2.lanewise(XOR, d2).lanewise(ROL, 62);
      LongVector b5 = a3.lanewise(XOR, d3).lanewise(ROL, 28);
      LongVector b15 = a4.lanewise(XOR, d4).lanewise(ROL, 27);
      LongVector b16 = a5.lanewise(XOR, d0).lanewise(ROL, 36);
      LongVector b1 = a6.lanewise(XOR, d1).lanewise(ROL, 44);
      LongVector b11 = a7.lanewise(XOR, d2).lanewise(ROL, 6);
      LongVector b21 = a8.lanewise(XOR, d3).lanewise(ROL, 55);
      LongVector b6 = a9.lanewise(XOR, d4).lanewise(ROL, 20);
      LongVector b7 = a10.lanewise(XOR, d0).lanewise(ROL, 3);
      LongVector b17 = a11.lanewise(XOR, d1).lanewise(ROL, 10);
      LongVector b2 = a12.lanewise(XOR, d2).lanewise(ROL, 43);
      LongVector b12 = a13.lanewise(XOR, d3).lanewise(ROL, 25);
      LongVector b22 = a14.lanewise(XOR, d4).lanewise(ROL, 39);
      LongVector b23 = a15.lanewise(XOR, d0).lanewise(ROL, 41);
      LongVector b8 = a16.lanewise(XOR, d1).lanewise(ROL, 45);
      LongVector b18 = a17.lanewise(XOR, d2).lanewise(ROL, 15);
      LongVector b3 = a18.lanewise(XOR, d3).lanewise(ROL, 21);
      LongVector b13 = a19.lanewise(XOR, d4).lanewise(ROL, 8);
      LongVector b14 = a20.lanewise(XOR, d0).lanewise(ROL, 18);
      LongVector b24 = a21.lanewise(XOR, d1).lanewise(ROL, 2);
      LongVector b9 = a22.lanewise(XOR, d2).lanewise(ROL, 61);
      LongVector b19 = a23.lanewise(XOR, d3).lanewise(ROL, 56);
      LongVector b4 = a24.lanewise(XOR, d4).lanewise(ROL, 14);
      // chi and iota
      a0 = b0.lanewise(XOR, b2.lanewise(AND_NOT, b1)).lanewise(XOR, roundConstant);
      a1 = b1.lanewise(XOR, b3.lanewise(AND_NOT, b2));
      a2 = b2.lanewise(XOR, b4.lanewise(AND_NOT, b3));
      a3 = b3.lanewise(XOR, b0.lanewise(AND_NOT, b4));
      a4 = b4.lanewise(XOR, b1.lanewise(AND_NOT, b0));
      a5 = b5.lanewise(XOR, b7.lanewise(AND_NOT, b6));
      a6 = b6.lanewise(XOR, b8.lanewise(AND_NOT, b7));
      a7 = b7.lanewise(XOR, b9.lanewise(AND_NOT, b8));
      a8 = b8.lanewise(XOR, b5.lanewise(AND_NOT, b9));
      a9 = b9.lanewise(XOR, b6.lanewise(AND_NOT, b5));
      a10 = b10.lanewise(XOR, b12.lanewise(AND_NOT, b11));
      a11 = b11.lanewise(XOR, b13.lanewise(AND_NOT, b12));
      a12 = b12.lanewise(XOR, b14.lanewise(AND_NOT, b13));
      a13 = b13.lanewise(XOR, b10.lanewise(AND_NOT, b14));
      a14 = b14.lanewise(XOR, b11.lanewise(AND_NOT, b10));
      a15 = b15.lanewise(XOR, b17.lanewise(AND_NOT, b16));
      a16 = b16.lanewise(XOR, b18.lanewise(AND_NOT, b17));
      a17 = b17.lanewise(XOR, b19.lanewise(AND_NOT, b18));
      a18 = b18.lanewise(XOR, b15.lanewise(AND_NOT, b19));
      a19 = b19.lanewise(XOR, b16.lanewise(AND_NOT, b15));
      a20 = b20.lanewise(XOR, b22.lanewise(AND_NOT, b21));
      a21 = b21.lanewise(XOR, b23.lanewise(AND_NOT, b22));
      a22 = b22.lanewise(XOR, b24.lanewise(AND_NOT, b23));
      a23 = b23.lanewise(XOR, b20.lanewise(AND_NOT, b24));
      a24 = b24.lanewise(XOR, b21.lanewise(AND_NOT, b20));
    }
    a0.intoArray(words, to);
    a1.intoArray(words, to + WIDTH);
    a2.intoArray(words, to + 2 * WIDTH);
    a3.intoArray(words, to + 3 * WIDTH);
  }
}

package opml.core.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.core.codec.ByteReader;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import org.junit.jupiter.api.Test;

class TreesTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void rootOfBytesIsTheNaiveRootAtEverySize() {
    for (int size = 0; size <= 300; size++) {
      byte[] bytes = randomBytes(size);
      int least = MerkleRoot.depthFor(size);
      for (int depth = least; depth < least + 3; depth++) {
        assertThat(MerkleRoot.of(bytes, depth)).as("seed %d", seed).isEqualTo(naive(bytes, depth));
      }
    }
    for (int size : new int[] {4095, 4096, 4097, 8191, 8193, 40_000}) {
      byte[] bytes = randomBytes(size);
      assertThat(MerkleRoot.of(bytes, 11)).as("seed %d", seed).isEqualTo(naive(bytes, 11));
    }
  }

  @Test
  void depthIsTheLeastThatHolds() {
    assertThat(List.of(0L, 1L, 32L, 33L, 64L, 65L, 1L << 31, (1L << 31) + 1))
        .map(MerkleRoot::depthFor)
        .containsExactly(0, 0, 0, 1, 1, 2, 26, 27);
    assertThatThrownBy(() -> MerkleRoot.of(new byte[65], 1)).hasMessageContaining("65 bytes");
  }

  @Test
  void sparseTreeFollowsRandomWritesAndProvesThem() {
    for (int depth = 0; depth <= 6; depth++) {
      SparseTree tree = new SparseTree(depth);
      byte[] bytes = new byte[32 << depth];
      for (int i = 0; i < 50; i++) {
        int index = random.nextInt(1 << depth);
        Bytes32 leaf = random.nextInt(3) == 0 ? Bytes32.ZERO : Bytes32.of(randomBytes(32));
        tree.set(index, leaf);
        leaf.copyTo(bytes, 32 * index);
        assertThat(tree.root()).as("seed %d", seed).isEqualTo(naive(bytes, depth));
        int probe = random.nextInt(1 << depth);
        assertThat(tree.prove(probe).root(tree.leaf(probe))).isEqualTo(tree.root());
      }
    }
  }

  @Test
  void leavesThatAreSetTogetherMakeTheTreeThatEachOfThemMakes() {
    for (int depth = 0; depth <= 6; depth++) {
      for (int round = 0; round < 20; round++) {
        SparseTree one = new SparseTree(depth);
        List<Bytes32> leaves = new ArrayList<>();
        for (int count = random.nextInt((1 << depth) + 1); count > 0; count--) {
          Bytes32 leaf = random.nextInt(3) == 0 ? Bytes32.ZERO : Bytes32.of(randomBytes(32));
          one.set(leaves.size(), leaf);
          leaves.add(leaf);
        }
        SparseTree all = SparseTree.of(depth, leaves.toArray(Bytes32[]::new));
        assertThat(all.root()).as("seed %d", seed).isEqualTo(one.root());
        int probe = random.nextInt(1 << depth);
        assertThat(all.prove(probe)).as("seed %d", seed).isEqualTo(one.prove(probe));
      }
    }
    Bytes32[] three = {Bytes32.ZERO, Bytes32.ZERO, Bytes32.ZERO};
    assertThatThrownBy(() -> SparseTree.of(1, three)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPagedTreeCoversBytesOfAnyLength() {
    for (int size : new int[] {1, 32, 100, 4096, 4097, 20_000, 40_000}) {
      byte[] bytes = randomBytes(size);
      int depth = MerkleRoot.depthFor(size);
      PagedTree tree = new PagedTree(MemorySegment.ofArray(bytes), false);
      for (int i = 0; i < 20; i++) {
        assertThat(tree.root())
            .as("seed %d, %d bytes", seed, size)
            .isEqualTo(MerkleRoot.of(bytes, depth));
        long leaf = random.nextInt(1 << depth);
        assertThat(tree.prove(leaf).root(tree.subtree(0, leaf))).isEqualTo(tree.root());
        int at = random.nextInt(size);
        bytes[at]++;
        tree.touch(at);
      }
    }
    PagedTree zeros = new PagedTree(MemorySegment.ofArray(new byte[40_000]), true);
    assertThat(zeros.root()).isEqualTo(ZeroHashes.at(11));
  }

  @Test
  void aSubtreeMayBeSetByItsRoot() {
    byte[] bytes = randomBytes(32 << 5);
    byte[] part = Arrays.copyOfRange(bytes, 32 * 8, 32 * 16);
    SparseTree tree = new SparseTree(5);
    for (int i = 0; i < 32; i++) {
      if (i < 8 || i >= 16) {
        tree.set(i, Bytes32.at(bytes, 32 * i));
      }
    }
    tree.set(3, 1, MerkleRoot.of(part, 3));
    assertThat(tree.root()).isEqualTo(naive(bytes, 5));
    assertThat(tree.prove(3, 1).root(MerkleRoot.of(part, 3))).isEqualTo(tree.root());
  }

  @Test
  void pagedTreeFollowsRandomWrites() {
    for (int depth : new int[] {0, 3, 7, 8, 11}) {
      byte[] memory = new byte[32 << depth];
      PagedTree tree = new PagedTree(memory, depth, true);
      for (int i = 0; i < 20; i++) {
        int at = random.nextInt(memory.length);
        memory[at] = (byte) random.nextInt();
        tree.touch(at);
        Bytes32 root = naive(memory, depth);
        assertThat(tree.root()).as("seed %d", seed).isEqualTo(root);
        int height = random.nextInt(depth + 1);
        long index = random.nextInt(1 << (depth - height));
        assertThat(tree.prove(height, index).root(tree.subtree(height, index))).isEqualTo(root);
      }
    }
  }

  @Test
  void proofsLeaveOutZeroSiblingsAndReadBack() {
    SparseTree tree = new SparseTree(20);
    tree.set(5, Bytes32.ofWord(1));
    Proof proof = tree.prove(4);
    byte[] encoded = proof.encode();
    assertThat(encoded).hasSize(8 + 32);
    ByteReader in = new ByteReader("proof", encoded);
    assertThat(Proof.read(in, 0, 20, 4)).isEqualTo(proof);
    in.end();
  }

  @Test
  void malformedProofsAreRefused() {
    byte[] beyond = new byte[8];
    beyond[4] = 1;
    assertThatThrownBy(() -> Proof.read(new ByteReader("proof", beyond), 0, 20, 0))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("beyond its 20 siblings");
    byte[] spelt = new byte[40];
    spelt[7] = 1;
    assertThatThrownBy(() -> Proof.read(new ByteReader("proof", spelt), 0, 20, 0))
        .hasMessageContaining("zero subtree");
    byte[] shortOne = new byte[20];
    shortOne[7] = 1;
    assertThatThrownBy(() -> Proof.read(new ByteReader("proof", shortOne), 0, 20, 0))
        .hasMessage("proof, offset 8: proof sibling needs 32 bytes, 12 are left");
  }

  private byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Bytes32 naive(byte[] bytes, int depth) {
    byte[] padded = Arrays.copyOf(bytes, 32 << depth);
    List<Bytes32> level = new ArrayList<>();
    for (int i = 0; i < 1 << depth; i++) {
      level.add(Bytes32.at(padded, 32 * i));
    }
    while (level.size() > 1) {
      List<Bytes32> next = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        next.add(Keccak.node(level.get(i), level.get(i + 1)));
      }
      level = next;
    }
    return level.getFirst();
  }

  /// A copy of a shared tree, and of such a copy, is as one of all its nodes, whatever is set in which.
  @Test
  void copiesOfASharedTreeAreTreesOfTheirOwn() {
    int depth = 4;
    List<SparseTree> shared = new ArrayList<>(List.of(new SparseTree(depth)));
    List<SparseTree> plain = new ArrayList<>(List.of(new SparseTree(depth)));
    for (int i = 0; i < 400; i++) {
      int which = random.nextInt(shared.size());
      if (random.nextInt(8) == 0 && shared.size() < 20) {
        SparseTree from = shared.get(which);
        shared.add(random.nextBoolean() ? from.shared() : from.copy());
        plain.add(plain.get(which).copy());
        which = shared.size() - 1;
      }
      int height = random.nextInt(3);
      long index = random.nextInt(1 << (depth - height));
      Bytes32 node = random.nextInt(3) == 0 ? ZeroHashes.at(height) : Bytes32.of(randomBytes(32));
      shared.get(which).set(height, index, node);
      plain.get(which).set(height, index, node);
      for (int tree = 0; tree < shared.size(); tree++) {
        assertThat(shared.get(tree).root()).as("seed %d", seed).isEqualTo(plain.get(tree).root());
        assertThat(shared.get(tree).prove(height, index))
            .as("seed %d", seed)
            .isEqualTo(plain.get(tree).prove(height, index));
      }
    }
  }
}

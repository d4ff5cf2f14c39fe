package opml.core.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import opml.core.hash.Bytes32;
import opml.core.hash.NodeHasher;
import org.junit.jupiter.api.Test;

class PageHashesTest {
  private static final int PAGE = 4096;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void everyHasherOnOneCoreOrOnAllGivesTheSameRoot() {
    byte[] bytes = randomBytes((5 << 20) + 77);
    Arrays.fill(bytes, 3 * PAGE, 40 * PAGE, (byte) 0);
    int depth = MerkleRoot.depthFor(bytes.length);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    SparseTree expected = new SparseTree(depth);
    byte[] padded = Arrays.copyOf(bytes, bytes.length + 32);
    for (int leaf = 0; 32 * leaf < bytes.length; leaf += 997) {
      expected.set(leaf, Bytes32.at(padded, 32 * leaf));
    }
    byte[] sparse = new byte[bytes.length];
    for (int leaf = 0; 32 * leaf < bytes.length; leaf += 997) {
      int count = Math.min(32, bytes.length - 32 * leaf);
      System.arraycopy(bytes, 32 * leaf, sparse, 32 * leaf, count);
    }
    Bytes32 dense = MerkleRoot.of(segment, depth, NodeHasher.scalar(), false);
    for (NodeHasher hasher : List.of(NodeHasher.scalar(), NodeHasher.settled())) {
      for (boolean parallel : new boolean[] {false, true}) {
        assertThat(MerkleRoot.of(segment, depth, hasher, parallel))
            .as("%s, seed %d", hasher.name(), seed)
            .isEqualTo(dense);
        assertThat(MerkleRoot.of(MemorySegment.ofArray(sparse), depth, hasher, parallel))
            .as("%s, seed %d", hasher.name(), seed)
            .isEqualTo(expected.root());
      }
    }
  }

  private static void await(Future<?> part) {
    try {
      part.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoeverStandsReadyMayDoTheParts() {
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      HashingTeam team =
          (count, grain, work) -> {
            List<Future<?>> parts = new ArrayList<>();
            for (int from = 0; from < count; from += grain) {
              int first = from;
              parts.add(pool.submit(() -> work.run(first, Math.min(count, first + grain))));
            }
            parts.reversed().forEach(PageHashesTest::await);
          };
      for (int i = 0; i < 60; i++) {
        byte[] bytes = randomBytes(random.nextInt(1 << random.nextInt(1, 20)));
        int depth = MerkleRoot.depthFor(bytes.length) + random.nextInt(3);
        MemorySegment segment = MemorySegment.ofArray(bytes);
        assertThat(MerkleRoot.of(segment, depth, team))
            .as("%d bytes, seed %d", bytes.length, seed)
            .isEqualTo(MerkleRoot.of(segment, depth));
      }
    }
  }

  @Test
  void pagesAreTheRootsOfTheirBytes() {
    for (int size : new int[] {0, 1, 32, 33, 4095, 4096, 4097, 9000, 3 * PAGE}) {
      byte[] bytes = randomBytes(size);
      PageHashes hashes = PageHashes.of(MemorySegment.ofArray(bytes));
      assertThat(hashes.bytes()).isEqualTo(size);
      assertThat(hashes.count()).isEqualTo(Math.max(1, (size + PAGE - 1) / PAGE));
      for (int page = 0; page < hashes.count(); page++) {
        int end = Math.min(size, (page + 1) * PAGE);
        assertThat(hashes.page(page))
            .as("page %d of %d bytes, seed %d", page, size, seed)
            .isEqualTo(MerkleRoot.of(Arrays.copyOfRange(bytes, page * PAGE, end), 7));
      }
      assertThat(hashes.root(12)).isEqualTo(MerkleRoot.of(bytes, 12));
    }
  }

  @Test
  void hashesReadBackFromTheirLanes() {
    byte[] bytes = randomBytes(3 * PAGE + 1);
    Arrays.fill(bytes, PAGE, 2 * PAGE, (byte) 0);
    PageHashes hashes = PageHashes.of(MemorySegment.ofArray(bytes));
    PageHashes back = PageHashes.ofLanes(bytes.length, hashes.lanes());
    assertThat(back.root(10)).isEqualTo(hashes.root(10));
    assertThat(back.page(1)).isEqualTo(ZeroHashes.at(7));
    assertThatThrownBy(() -> PageHashes.ofLanes(4 * PAGE + 1, hashes.lanes()))
        .hasMessageContaining("16 lanes are not those of the pages of 16385 bytes");
  }

  @Test
  void aSegmentOfOneThreadIsHashedByThatThread() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(2 << 20).fill((byte) 5);
      byte[] same = new byte[2 << 20];
      Arrays.fill(same, (byte) 5);
      assertThat(MerkleRoot.of(segment, 16)).isEqualTo(MerkleRoot.of(same, 16));
    }
  }

  @Test
  void adoptionEqualsHashing() {
    for (int i = 0; i < 40; i++) {
      byte[] memory = new byte[64 * PAGE];
      PagedTree tree = new PagedTree(memory, 13, true);
      tree.root();
      byte[] piece = randomBytes(random.nextInt(8 * PAGE));
      int address = PAGE * random.nextInt(50);
      System.arraycopy(piece, 0, memory, address, piece.length);
      tree.adopt(address, PageHashes.of(MemorySegment.ofArray(piece)));
      if (i % 2 == 0) {
        // written to after it was adopted, once before the root is taken and once behind
        write(tree, memory, address);
      }
      assertThat(tree.root()).as("seed %d", seed).isEqualTo(MerkleRoot.of(memory, 13));
      write(tree, memory, address);
      assertThat(tree.root()).as("seed %d", seed).isEqualTo(MerkleRoot.of(memory, 13));
    }
  }

  @Test
  void adoptedPagesAreNotHashedAgain() {
    byte[] memory = new byte[16 * PAGE];
    byte[] other = randomBytes(2 * PAGE);
    PagedTree tree = new PagedTree(memory, 11, true);
    tree.adopt(4 * PAGE, PageHashes.of(MemorySegment.ofArray(other)));
    assertThat(tree.subtree(8, 2)).isEqualTo(MerkleRoot.of(other, 8));
  }

  @Test
  void adoptionOffAPageOrBeyondTheMemoryIsRefused() {
    PagedTree tree = new PagedTree(new byte[4 * PAGE], 9, true);
    PageHashes hashes = PageHashes.of(MemorySegment.ofArray(new byte[2 * PAGE]));
    for (long address : new long[] {32, -PAGE, 3 * PAGE, 1L << 62}) {
      assertThatThrownBy(() -> tree.adopt(address, hashes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("8192 bytes at " + address);
    }
  }

  /// Hundreds of pages at a time, so that several cores and full batches take part.
  @Test
  void aLargeMemoryFollowsRandomWrites() {
    byte[] memory = randomBytes(4 << 20);
    PagedTree tree = new PagedTree(memory, 17, false);
    for (int writes : new int[] {0, 1, 7, 600, 2000, 3}) {
      for (int i = 0; i < writes; i++) {
        int page = random.nextInt(memory.length / PAGE);
        if (random.nextInt(4) == 0) {
          Arrays.fill(memory, PAGE * page, PAGE * (page + 1), (byte) 0);
        } else {
          memory[PAGE * page + random.nextInt(PAGE)] = (byte) random.nextInt();
        }
        tree.touch((long) PAGE * page);
      }
      assertThat(tree.root())
          .as("seed %d", seed)
          .isEqualTo(MerkleRoot.of(MemorySegment.ofArray(memory), 17, NodeHasher.scalar(), false));
    }
  }

  private void write(PagedTree tree, byte[] memory, int from) {
    int at = from + random.nextInt(PAGE);
    memory[at] ^= (byte) (1 + random.nextInt(255));
    tree.touch(at);
  }

  private byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }
}

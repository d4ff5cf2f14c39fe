package opml.vm.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PageHashes;
import opml.vm.state.MemoryImage.Piece;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void aUsedMemoryIsLikeAFreshOne() {
    for (int depth : new int[] {0, 3, 7, 10, 13}) {
      MemoryPool pool = new MemoryPool(1 << 20);
      List<MemoryImage> images = new ArrayList<>(List.of(MemoryImage.zero(depth)));
      byte[] weights = bytes((32 << depth) / 4);
      for (int i = 0; i < 4; i++) {
        images.add(image(depth, weights));
      }
      for (int i = 0; i < 40; i++) {
        MemoryImage image = images.get(random.nextInt(images.size()));
        try (MemoryPool.Lease lease = pool.borrow(image)) {
          Memory memory = lease.memory();
          assertThat(memory.bytes()).as("seed %d", seed).isEqualTo(new Memory(image).bytes());
          if (random.nextBoolean()) {
            assertThat(memory.root()).isEqualTo(MerkleRoot.of(memory.bytes(), depth));
          }
          scribble(memory);
          Memory.Pages saved = memory.save();
          byte[] then = memory.bytes().clone();
          scribble(memory);
          if (random.nextBoolean()) {
            memory.restore(saved);
            assertThat(memory.bytes()).as("seed %d", seed).isEqualTo(then);
            assertThat(memory.root()).isEqualTo(MerkleRoot.of(then, depth));
          }
        }
      }
      assertThat(pool.idleBytes()).isEqualTo(32 << depth);
    }
  }

  @Test
  void onlyWhatWasWrittenOrDiffersIsCopied() {
    int depth = 23; // 256 MiB
    byte[] weights = new byte[(128 << 20) + 17];
    weights[weights.length - 1] = 9;
    Piece weightPiece = Piece.of(64 << 20, weights);
    MemoryImage one = new MemoryImage(depth, List.of(weightPiece, Piece.of(0, new byte[9000])));
    MemoryImage other = new MemoryImage(depth, List.of(weightPiece, Piece.of(0, new byte[5000])));
    MemoryPool pool = new MemoryPool(1L << 30);
    Memory memory;
    try (MemoryPool.Lease lease = pool.borrow(one)) {
      memory = lease.memory();
      assertThat(memory.copiedPages()).isEqualTo((128 << 8) + 1 + 3);
      memory.write(100 << 20, new byte[] {1, 2, 3});
      memory.write((200 << 20) - 1, new byte[] {1, 2, 3});
    }
    long before = memory.copiedPages();
    try (MemoryPool.Lease lease = pool.borrow(one)) {
      assertThat(lease.memory()).isSameAs(memory);
      assertThat(memory.copiedPages() - before).as("the pages written to").isEqualTo(3);
      assertThat(memory.read(100 << 20, 3)).containsOnly(0);
    }
    before = memory.copiedPages();
    try (MemoryPool.Lease lease = pool.borrow(other)) {
      assertThat(lease.memory().bytes()).isSameAs(memory.bytes());
      assertThat(memory.copiedPages() - before).as("the other piece").isEqualTo(3);
      assertThat(memory.read((192 << 20) + 16, 1)).containsExactly(9);
    }
  }

  @Test
  void lentMemoriesAreDifferentOnesAndIdleOnesAreBounded() {
    MemoryPool pool = new MemoryPool(3 * 4096);
    MemoryImage image = MemoryImage.zero(7);
    List<MemoryPool.Lease> leases = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      leases.add(pool.borrow(image));
    }
    assertThat(leases.stream().map(MemoryPool.Lease::memory).distinct()).hasSize(5);
    leases.forEach(MemoryPool.Lease::close);
    leases.forEach(MemoryPool.Lease::close);
    assertThat(pool.idleBytes()).isEqualTo(3 * 4096);
    assertThatThrownBy(() -> leases.getFirst().memory()).hasMessage("this memory was given back");
    try (MemoryPool.Lease large = pool.borrow(MemoryImage.zero(12))) {
      assertThat(large.memory().depth()).isEqualTo(12);
    }
    assertThat(pool.idleBytes()).as("too large to keep").isLessThanOrEqualTo(3 * 4096);
  }

  @Test
  void manyThreadsDoNotGetInEachOthersWay() throws InterruptedException {
    MemoryPool pool = new MemoryPool(1 << 20);
    List<MemoryImage> images =
        List.of(image(9, bytes(99)), image(9, bytes(99)), image(8, bytes(9)));
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Random own = new Random(seed + t);
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  for (int i = 0; i < 200; i++) {
                    MemoryImage image = images.get(own.nextInt(3));
                    try (MemoryPool.Lease lease = pool.borrow(image)) {
                      assertThat(lease.memory().bytes()).isEqualTo(new Memory(image).bytes());
                      lease.memory().write(own.nextInt(100), new byte[] {1});
                    }
                  }
                } catch (Throwable e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).as("seed %d", seed).isEmpty();
  }

  @Test
  void knownHashesAreNotComputedAgainAndMustFit() {
    MemorySegment bytes = MemorySegment.ofArray(bytes(3 * 4096 + 5));
    PageHashes hashes = PageHashes.of(MemorySegment.ofArray(bytes(3 * 4096 + 5)));
    Memory memory =
        new Memory(new MemoryImage(10, List.of(new Piece(4096, bytes, Optional.of(hashes)))));
    assertThat(memory.subtree(7, 2)).as("believed, wrong as it is").isEqualTo(hashes.page(1));
    assertThat(memory.subtree(7, 3)).isEqualTo(hashes.page(2));
    assertThatThrownBy(() -> new Piece(0, bytes.asSlice(1), Optional.of(hashes)))
        .hasMessage("hashes of 12293 bytes for a piece of 12292");
  }

  @Test
  void anotherDepthIsRefused() {
    Memory memory = new Memory(MemoryImage.zero(3));
    assertThatThrownBy(() -> memory.load(MemoryImage.zero(4)))
        .hasMessage("an image of depth 4 for a memory of depth 3");
  }

  private void scribble(Memory memory) {
    int size = memory.bytes().length;
    for (int k = random.nextInt(4); k > 0; k--) {
      byte[] bytes = bytes(1 + random.nextInt(Math.min(6000, size)));
      memory.write(random.nextInt(size - bytes.length + 1), bytes);
    }
  }

  private MemoryImage image(int depth, byte[] weights) {
    int half = 16 << depth;
    byte[] input = bytes(1 + random.nextInt(half / 2));
    int at = random.nextInt(half / 2);
    MemorySegment segment = MemorySegment.ofArray(weights);
    return new MemoryImage(
        depth,
        List.of(
            new Piece(half, segment, Optional.of(PageHashes.of(segment))), Piece.of(at, input)));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}

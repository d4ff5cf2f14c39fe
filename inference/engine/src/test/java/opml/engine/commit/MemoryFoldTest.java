package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.ZeroHashes;
import org.junit.jupiter.api.Test;

class MemoryFoldTest {
  @Test
  void foldIsTheRootOfTheWholeMemory() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 3_000; i++) {
      int memDepth = random.nextInt(9);
      byte[] memory = new byte[32 << memDepth];
      List<Placed> segments = new ArrayList<>();
      long leaf = 0;
      while (leaf < 1L << memDepth && random.nextInt(8) != 0) {
        int depth = random.nextInt(memDepth + 1);
        long index = (leaf + (1L << depth) - 1) >>> depth;
        if ((index + 1) << depth > 1L << memDepth) {
          leaf++;
          continue;
        }
        byte[] bytes = new byte[random.nextInt(1 + (32 << depth))];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, memory, (int) index << (5 + depth), bytes.length);
        segments.add(new Placed(depth, index, MerkleRoot.of(bytes, depth)));
        leaf = (index + 1) << depth;
      }
      assertThat(MemoryFold.root(memDepth, segments))
          .as("seed %d, case %d", seed, i)
          .isEqualTo(MerkleRoot.of(memory, memDepth));
    }
  }

  @Test
  void noSegmentsAreZeros() {
    assertThat(MemoryFold.root(32, List.of())).isEqualTo(ZeroHashes.at(32));
  }

  @Test
  void foldRefusesOverlap() {
    Placed wide = placed(2, 0);
    for (Placed inside : List.of(placed(0, 0), placed(0, 3), placed(1, 1), placed(2, 0))) {
      refused(wide, inside);
      refused(inside, wide);
    }
  }

  @Test
  void foldRefusesDisorderAndPlacesOutside() {
    refused(placed(1, 3), placed(1, 1));
    refused(placed(0, 1), placed(0, 0));
    refused(placed(0, 16));
    refused(placed(4, 1));
    refused(placed(5, 0));
  }

  private static Placed placed(int depth, long index) {
    return new Placed(depth, index, Bytes32.ofWord(7));
  }

  private static void refused(Placed... segments) {
    assertThatThrownBy(() -> MemoryFold.root(4, List.of(segments)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlaps");
  }
}

package opml.vm.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import opml.core.merkle.MerkleRoot;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void savedPagesComeBackInAnyOrder() {
    for (int depth : new int[] {0, 3, 7, 8, 12}) {
      MemoryImage image = image(depth);
      Memory memory = new Memory(image);
      List<Memory.Pages> saved = new ArrayList<>();
      List<byte[]> contents = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        for (int k = random.nextInt(4); k > 0; k--) {
          byte[] bytes = new byte[1 + random.nextInt(Math.min(6000, image.size()))];
          random.nextBytes(bytes);
          memory.write(random.nextInt(image.size() - bytes.length + 1), bytes);
        }
        if (random.nextInt(3) == 0 && !saved.isEmpty()) {
          int which = random.nextInt(saved.size());
          memory.restore(saved.get(which));
          assertThat(memory.bytes()).as("seed %d", seed).isEqualTo(contents.get(which));
        }
        saved.add(memory.save());
        contents.add(memory.bytes().clone());
        assertThat(memory.root())
            .as("seed %d", seed)
            .isEqualTo(MerkleRoot.of(memory.bytes(), depth));
      }
      Memory other = new Memory(image);
      for (int i = 29; i >= 0; i--) {
        other.restore(saved.get(i));
        assertThat(other.bytes()).as("seed %d", seed).isEqualTo(contents.get(i));
        assertThat(other.root()).isEqualTo(MerkleRoot.of(contents.get(i), depth));
      }
      other.reset();
      assertThat(other.bytes()).isEqualTo(new Memory(image).bytes());
    }
  }

  @Test
  void anImageIsItsPieces() {
    Memory memory =
        new Memory(
            new MemoryImage(
                9,
                List.of(
                    MemoryImage.Piece.of(8190, new byte[] {1, 2, 3, 4}),
                    MemoryImage.Piece.of(0, new byte[] {9}))));
    assertThat(memory.read(8188, 8)).containsExactly(0, 0, 1, 2, 3, 4, 0, 0);
    assertThat(memory.root()).isEqualTo(MerkleRoot.of(memory.bytes(), 9));
    assertThat(memory.prove(256).root(memory.leaf(256))).isEqualTo(memory.root());
    assertThat(memory.prove(4, 16).root(memory.subtree(4, 16))).isEqualTo(memory.root());
  }

  @Test
  void imagesThatDoNotFitAreRefused() {
    MemoryImage.Piece piece = MemoryImage.Piece.of(60, new byte[8]);
    assertThatThrownBy(() -> new MemoryImage(1, List.of(piece)))
        .hasMessage("8 bytes at 0x3c do not fit a memory of 0x40 bytes");
    assertThatThrownBy(
            () -> new MemoryImage(1, List.of(MemoryImage.Piece.of(Long.MAX_VALUE, new byte[8]))))
        .hasMessageContaining("do not fit");
    assertThatThrownBy(
            () -> new MemoryImage(3, List.of(piece, MemoryImage.Piece.of(67, new byte[1]))))
        .hasMessage("pieces overlap at 0x43");
    assertThatThrownBy(() -> MemoryImage.zero(26)).hasMessage("memory depth is 26, not in 0..25");
  }

  private MemoryImage image(int depth) {
    int size = 32 << depth;
    byte[] first = new byte[size / 3];
    byte[] second = new byte[size / 4];
    random.nextBytes(first);
    random.nextBytes(second);
    return new MemoryImage(
        depth,
        List.of(MemoryImage.Piece.of(size / 2, second), MemoryImage.Piece.of(size / 8, first)));
  }
}

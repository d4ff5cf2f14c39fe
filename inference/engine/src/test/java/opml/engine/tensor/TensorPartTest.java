package opml.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import opml.core.merkle.PageHashes;
import org.junit.jupiter.api.Test;

class TensorPartTest {
  private final long seed = System.nanoTime();

  @Test
  void aPartHasTheElementsOfItsPlaceWhereverTheWholeLies() {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 300; i++) {
      int axis = random.nextInt(3);
      // some rows are so long that they are read one by one, others so short that many are read
      // together
      Shape shape =
          Shape.of(
              1 + random.nextInt(3),
              1 + random.nextInt(40),
              1 + random.nextInt(i % 10 == 0 ? 2 * TensorPart.BLOCK : 9));
      StoredTensorBytes stored = new StoredTensorBytes(shape.count(), seed + i);
      Tensor whole = Tensor.stored(ElementType.U8, shape, stored);
      if (random.nextInt(3) == 0) {
        whole = Tensor.ofBytes(ElementType.U8, shape, stored.bytes());
      }
      int from = random.nextInt(shape.dim(axis));
      int count = 1 + random.nextInt(shape.dim(axis) - from);
      Tensor part = whole.part(axis, from, count);
      assertThat(stored.read()).isZero();
      byte[] expected = expected(stored.bytes(), shape, axis, from, count);
      String what = "seed %d, case %d: %d from %d on, axis %d of %s";
      assertThat(part.hashes().lanes())
          .as(what, seed, i, count, from, axis, shape)
          .isEqualTo(PageHashes.of(MemorySegment.ofArray(expected)).lanes());
      assertThat(part.bytes()).as(what, seed, i, count, from, axis, shape).isEqualTo(expected);
      assertThat(part.data().address() % 8).isZero();
    }
  }

  @Test
  void aRunOfAnyLengthFromAnywhereIsTheSameBytes() {
    SplittableRandom random = new SplittableRandom(seed);
    StoredTensorBytes stored = new StoredTensorBytes(700 * 1000, seed);
    Content content = new Content(stored);
    byte[] expected = expected(stored.bytes(), Shape.of(700, 1000), 1, 13, 40);
    TensorPart part = new TensorPart(content, "part", 13, 40, 1000, expected.length);
    for (int i = 0; i < 300; i++) {
      int from = random.nextInt(expected.length);
      int count = 1 + random.nextInt(expected.length - from);
      MemorySegment read = MemorySegment.ofArray(new byte[count]);
      part.read(from, read);
      assertThat(read.mismatch(MemorySegment.ofArray(expected).asSlice(from, count)))
          .as("seed %d: %d from %d on", seed, count, from)
          .isEqualTo(-1);
    }
  }

  @Test
  void rowsCostWhatTheyHaveAndColumnsNoMoreThanTheWhole() {
    StoredTensorBytes stored = new StoredTensorBytes(1000 * 1000, 1);
    Tensor whole = Tensor.stored(ElementType.U8, Shape.of(1000, 1000), stored);
    whole.part(0, 100, 300).data();
    assertThat(stored.read()).isEqualTo(300_000);
    whole.part(1, 100, 300).data();
    assertThat(stored.read()).isBetween(300_000L, 1_000_000L);
  }

  @Test
  void aPartOfNothingIsEmpty() {
    Tensor whole = Tensor.zero(ElementType.F32, Shape.of(3, 4));
    assertThat(whole.part(0, 3, 0).floats()).isEmpty();
    assertThat(Tensor.zero(ElementType.F32, Shape.of(0, 4)).part(1, 1, 2).bytes()).isEmpty();
  }

  @Test
  void blocksAreNotCut() {
    StoredTensorBytes stored = new StoredTensorBytes(3 * 2 * 18, 1);
    Tensor whole = Tensor.stored(ElementType.Q4_0, Shape.of(3, 64), stored);
    assertThat(whole.part(1, 32, 32).data().toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(expected(stored.bytes(), Shape.of(3, 36), 1, 18, 18));
    assertThat(whole.part(0, 1, 2).data().byteSize()).isEqualTo(72);
    assertThatThrownBy(() -> whole.part(1, 16, 32))
        .hasMessage("16 elements of q4_0 are no whole blocks");
    Tensor nibbles = Tensor.zero(ElementType.I4, Shape.of(4, 3));
    assertThatThrownBy(() -> nibbles.part(0, 1, 2))
        .hasMessage("3 elements of i4 are no whole blocks");
  }

  @Test
  void whatTheAxisDoesNotHaveIsRefused() {
    Tensor whole = Tensor.zero(ElementType.F32, Shape.of(3, 4));
    for (int[] part : new int[][] {{1, 0, 5}, {1, 4, 1}, {0, -1, 2}, {0, 1, -1}}) {
      assertThatThrownBy(() -> whole.part(part[0], part[1], part[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("along axis " + part[0] + " of 3x4");
    }
  }

  private static byte[] expected(byte[] whole, Shape shape, int axis, int from, int count) {
    int inner = shape.countOf(axis + 1, shape.rank());
    int outer = shape.countOf(0, axis);
    byte[] part = new byte[outer * count * inner];
    for (int i = 0; i < part.length; i++) {
      int turn = i / (count * inner);
      part[i] = whole[(turn * shape.dim(axis) + from) * inner + i % (count * inner)];
    }
    return part;
  }
}

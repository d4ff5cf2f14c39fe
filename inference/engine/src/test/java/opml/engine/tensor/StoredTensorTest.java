package opml.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import opml.core.codec.MalformedException;
import opml.core.merkle.PageHashes;
import org.junit.jupiter.api.Test;

class StoredTensorTest {
  private static final String CHANGED =
      "weights.bin, w: somebody has changed these bytes since they were hashed";

  @Test
  void nothingIsReadBeforeSomebodyNeedsItAndARunReadsEveryByteOnce() {
    StoredTensorBytes stored = new StoredTensorBytes(1_000_003, 1);
    Tensor tensor = tensor(stored);
    Tensor row = tensor.reshaped(Shape.of(1, 1_000_003));
    assertThat(stored.read()).isZero();
    assertThat(tensor.bytes()).isEqualTo(stored.bytes());
    assertThat(tensor.data()).isSameAs(row.data());
    assertThat(tensor.data().address() % 8).isZero();
    assertThat(stored.read()).isEqualTo(1_000_003);
    // a copy is what is hashed, whatever the file is by then
    PageHashes hashes = PageHashes.of(tensor.data());
    stored.bytes()[5] ^= 1;
    assertThat(tensor.hashes().lanes()).isEqualTo(hashes.lanes());
    assertThat(tensor.digest()).isEqualTo(tensor(new StoredTensorBytes(1_000_003, 1)).digest());
    assertThat(stored.read()).isZero();
  }

  @Test
  void hashesOfStoredBytesAreThoseOfTheBytes() {
    for (int size : new int[] {1, 32, 4095, 4096, 4097, 1 << 19, (1 << 19) + 1, 3 << 20}) {
      StoredTensorBytes stored = new StoredTensorBytes(size, size);
      if (size > 20_000) {
        // pages of zeros are told apart from others
        for (int i = 4096; i < 12_288; i++) {
          stored.bytes()[i] = 0;
        }
      }
      PageHashes hashes = tensor(stored).hashes();
      PageHashes expected = PageHashes.of(MemorySegment.ofArray(stored.bytes()));
      assertThat(hashes.bytes()).isEqualTo(size);
      assertThat(hashes.lanes()).as("%d bytes", size).isEqualTo(expected.lanes());
      assertThat(hashes.root(20)).isEqualTo(expected.root(20));
      assertThat(stored.read()).isEqualTo(size);
    }
  }

  @Test
  void whatWasHashedIsWhatRuns() {
    StoredTensorBytes stored = new StoredTensorBytes(100_000, 1);
    Tensor tensor = tensor(stored);
    tensor.hashes();
    stored.bytes()[99_999] ^= 1;
    assertThatThrownBy(tensor::data).isInstanceOf(MalformedException.class).hasMessage(CHANGED);
    assertThatThrownBy(tensor::hashes).isInstanceOf(MalformedException.class).hasMessage(CHANGED);
    stored.bytes()[99_999] ^= 1;
    assertThat(tensor.data().get(ValueLayout.JAVA_BYTE, 99_999)).isEqualTo(stored.bytes()[99_999]);
  }

  @Test
  void aTensorWithoutElementsIsOneToo() {
    StoredTensorBytes none = new StoredTensorBytes(0, 1);
    Tensor tensor = Tensor.stored(ElementType.F32, Shape.of(0, 3), none);
    assertThat(tensor.floats()).isEmpty();
    assertThat(tensor(new StoredTensorBytes(0, 1)).digest()).isEqualTo(tensor.digest());
  }

  @Test
  void theBytesMustBeThoseOfTypeAndShape() {
    assertThatThrownBy(
            () -> Tensor.stored(ElementType.F32, Shape.of(3), new StoredTensorBytes(11, 1)))
        .hasMessage("f32 3 has 12 bytes, not 11");
    StoredTensorBytes blocks = new StoredTensorBytes(2 * 2 * 144, 1);
    assertThat(Tensor.stored(ElementType.Q4_K, Shape.of(2, 512), blocks).data().byteSize())
        .isEqualTo(576);
  }

  private static Tensor tensor(StoredTensorBytes stored) {
    return Tensor.stored(ElementType.U8, Shape.of((int) stored.byteSize()), stored);
  }
}

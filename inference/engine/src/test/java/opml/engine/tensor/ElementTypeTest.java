package opml.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ElementTypeTest {
  @Test
  void bytesAreThoseOfTheBlocks() {
    assertThat(ElementType.F16.byteSize(List.of(3, 5))).isEqualTo(30);
    assertThat(ElementType.F64.byteSize(List.of())).isEqualTo(8);
    assertThat(ElementType.Q8_0.byteSize(List.of(4096, 4096))).isEqualTo(4096L * 128 * 34);
    assertThat(ElementType.Q6_K.byteSize(List.of(7, 2, 256))).isEqualTo(14 * 210);
    // two in a byte, over the ends of rows
    assertThat(ElementType.I4.byteSize(List.of(3, 3))).isEqualTo(5);
    // 1.6 bits an element
    assertThat(ElementType.IQ1_S.byteSize(List.of(1L << 33))).isEqualTo((1L << 25) * 50);
  }

  @Test
  void rowsAreWholeBlocks() {
    assertThatThrownBy(() -> ElementType.Q4_0.byteSize(List.of(32, 33)))
        .hasMessage("a row of 33 elements is no whole number of blocks of 32, as q4_0 has them");
    assertThatThrownBy(() -> ElementType.Q4_K.byteSize(List.of(256, 128)))
        .hasMessageContaining("blocks of 256");
    assertThatThrownBy(() -> ElementType.Q4_K.byteSize(List.of()))
        .hasMessageContaining("a row of 1 elements");
    assertThatThrownBy(ElementType.Q4_0::bytes).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sizesThatOverflowAreRefused() {
    for (List<Long> dims :
        List.of(
            List.of(1L << 63 - 1, 2L),
            List.of(1L << 32, 1L << 31),
            List.of(0L, 1L << 32, 1L << 32),
            List.of(1L << 61))) {
      assertThatThrownBy(() -> ElementType.F32.byteSize(dims))
          .as("%s", dims)
          .hasMessageContaining("more than 2^63 - 1 elements or bytes");
    }
    assertThat(ElementType.F32.byteSize(List.of((1L << 61) - 1))).isEqualTo(Long.MAX_VALUE - 3);
    assertThatThrownBy(() -> ElementType.U8.byteSize(List.of(-1, 0)))
        .hasMessageContaining("negative dimension");
  }

  @Test
  void aDimensionOfZeroMakesATensorEmpty() {
    for (ElementType type : ElementType.values()) {
      assertThat(type.byteSize(List.of(0, 256))).isZero();
      assertThat(type.byteSize(List.of(7, 0))).isZero();
    }
  }
}

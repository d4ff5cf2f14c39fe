package opml.kernels.operators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The known answers of Random123 (`kat_vectors`, philox4x32 with 10 rounds).
class PhiloxTest {
  @Test
  void itIsTheGeneratorThatWasPublished() {
    assertThat(Philox.of(0, 0, 0, 0, 0, 0))
        .isEqualTo(new Philox(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
    assertThat(Philox.of(-1, -1, -1, -1, -1, -1))
        .isEqualTo(new Philox(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
    assertThat(Philox.of(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
        .isEqualTo(new Philox(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
    assertThat(Philox.of(0, 0, 0, 0, 0, 0).first()).isEqualTo(0xe169c58d6627e8d5L);
  }
}

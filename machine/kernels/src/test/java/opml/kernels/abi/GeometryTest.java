package opml.kernels.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GeometryTest {
  @Test
  void regionsAreTheLeastThatHoldEverything() {
    assertThat(Geometry.of(1, 200, 256).regionLog2()).isEqualTo(12);
    assertThat(Geometry.of(4096, 200, 256).regionLog2()).isEqualTo(12);
    assertThat(Geometry.of(4097, 200, 256).regionLog2()).isEqualTo(13);
    assertThat(Geometry.of(1, 200, 4096 - 200 - Geometry.MARGIN).regionLog2()).isEqualTo(12);
    assertThat(Geometry.of(1, 200, 4097 - 200 - Geometry.MARGIN).regionLog2()).isEqualTo(13);
    assertThat(Geometry.of(1L << 26, 200, 256).memDepth()).isEqualTo(25);
    assertThatThrownBy(() -> Geometry.of((1L << 26) + 1, 200, 256))
        .hasMessageContaining("regions of 2^27");
  }

  @Test
  void addressesAndIndexesAgree() {
    Geometry geometry = new Geometry(14);
    for (int depth = 0; depth <= 9; depth++) {
      for (int region = 0; region < 16; region++) {
        assertThat(geometry.index(region, depth) << (5 + depth))
            .isEqualTo(geometry.address(region));
      }
    }
  }
}

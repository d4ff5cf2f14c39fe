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
    assertThat(geometry.stackTop()).isEqualTo(1 << 14);
    for (int depth = 0; depth <= 9; depth++) {
      for (int j = 0; j < 15; j++) {
        assertThat(geometry.segment(j)).isEqualTo((j + 1L) << 14);
        assertThat(geometry.index(j, depth) << (5 + depth)).isEqualTo(geometry.segment(j));
      }
    }
  }

  @Test
  void aMemorysDepthTellsItsRegions() {
    for (int regionLog2 = 12; regionLog2 <= 26; regionLog2++) {
      Geometry geometry = new Geometry(regionLog2);
      assertThat(geometry.memDepth()).isEqualTo(regionLog2 - 1);
      assertThat(Geometry.ofMemory(geometry.memDepth())).contains(geometry);
    }
    assertThat(Geometry.ofMemory(10)).isEmpty();
    assertThat(Geometry.ofMemory(26)).isEmpty();
  }
}

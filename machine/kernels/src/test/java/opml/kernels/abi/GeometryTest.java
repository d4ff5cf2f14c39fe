package opml.kernels.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeometryTest {
  @Test
  void theMemoryIsTheLeastThatHoldsEverything() {
    long free = 4096 - Geometry.MARGIN;
    assertThat(of(200, 256).memDepth()).isEqualTo(7);
    assertThat(of(200, free - 200).memDepth()).isEqualTo(7);
    assertThat(of(200, free - 199).memDepth()).isEqualTo(8);
    assertThat(of(200, free - 200 - 64, 33).memDepth()).isEqualTo(7);
    assertThat(of(200, free - 200 - 63, 33).memDepth()).isEqualTo(8);
    assertThat(of(200, 256, 25L << 20, 1000).memDepth()).isEqualTo(21);
    assertThat(of(200, 256, 1L << 29, 4096, 1).memDepth()).isEqualTo(25);
    assertThatThrownBy(() -> of(200, 256, 1L << 29, 1L << 29))
        .hasMessage(
            "operands of [536870912, 536870912] bytes do not fit a node's memory, which is at most"
                + " 1073741824 bytes");
    assertThatThrownBy(() -> of(200, 256, Long.MAX_VALUE))
        .hasMessageContaining("do not fit a node's memory");
  }

  @Test
  void theLargestIsLastAndEqualOnesKeepTheirOrder() {
    Geometry geometry = of(200, 256, 40, 3000, 1, 64, 4000);
    assertThat(geometry.depths()).containsExactly(1, 7, 0, 1, 7);
    assertThat(geometry.memDepth()).isEqualTo(9);
    assertThat(geometry.stackTop()).isEqualTo(0x4000 - 2 * 4096 - 2 * 64 - 32);
    assertThat(geometry.addresses()).containsExactly(0x1f80, 0x2000, 0x1f60, 0x1fc0, 0x3000);
    assertThat(geometry.indices()).containsExactly(0x1f80 / 64, 2, 0x1f60 / 32, 0x1fc0 / 64, 3);
  }

  @Test
  void addressesAreAlignedAndDisjointAndTellTheDepths() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 2000; round++) {
      long[] bytes =
          IntStream.range(0, random.nextInt(15))
              .mapToLong(_ -> 1 + random.nextLong(1L << random.nextInt(24)))
              .toArray();
      Geometry geometry = of(random.nextInt(400), random.nextInt(4000), bytes);
      long[] addresses = geometry.addresses();
      String what = "seed %d, round %d: %s".formatted(seed, round, Arrays.toString(bytes));
      long[] order = addresses.clone();
      Arrays.sort(order);
      long free = geometry.stackTop();
      for (long address : order) {
        int j =
            IntStream.range(0, bytes.length)
                .filter(i -> addresses[i] == address)
                .findFirst()
                .orElseThrow();
        long size = 32L << geometry.depths().get(j);
        assertThat(address).as(what).isEqualTo(free);
        assertThat(address % size).as(what).isZero();
        assertThat(bytes[j]).as(what).isBetween(size == 32 ? 1 : size / 2 + 1, size);
        free += size;
      }
      assertThat(free).as(what).isEqualTo(32L << geometry.memDepth());
      assertThat(Geometry.ofAddresses(geometry.memDepth(), addresses)).as(what).contains(geometry);
    }
  }

  @Test
  void otherAddressesAreNoGeometry() {
    Geometry geometry = of(200, 256, 40, 3000, 1, 64, 4000);
    long[] good = geometry.addresses();
    for (int j = 0; j < good.length; j++) {
      for (long wrong : new long[] {0, -32, good[j] + 32, good[(j + 1) % 5], 0x4000, 1L << 40}) {
        long[] addresses = good.clone();
        addresses[j] = wrong;
        assertThat(Geometry.ofAddresses(9, addresses)).as("%d: %x", j, wrong).isEmpty();
      }
    }
    // Equal ones in another order.
    assertThat(Geometry.ofAddresses(9, new long[] {good[3], good[1], good[2], good[0], good[4]}))
        .isEmpty();
    for (int memDepth : new int[] {-1, 6, 8, 10, 26, 64}) {
      assertThat(Geometry.ofAddresses(memDepth, good)).as("depth %d", memDepth).isEmpty();
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> new Geometry(7, List.of(8)))
        .hasMessage("operands of depths [8] in a memory of depth 7");
    assertThatThrownBy(() -> new Geometry(26, List.of())).hasMessage("a node's memory of depth 26");
    assertThat(new Geometry(7, List.of(6)).holds(2000, 48)).isTrue();
    assertThat(new Geometry(7, List.of(6)).holds(2000, 49)).isFalse();
  }

  private static Geometry of(long fixedBytes, long stackBytes, long... operandBytes) {
    return Geometry.of(operandBytes, fixedBytes, stackBytes);
  }
}

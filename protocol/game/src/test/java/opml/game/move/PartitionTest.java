package opml.game.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PartitionTest {

  @Test
  void everyLengthUpTo300IsPartitioned() {
    for (int arity : new int[] {2, 3, 4, 16}) {
      for (long length = 1; length <= 300; length++) {
        Partition partition = Partition.of(length, arity);
        assertThat(partition.parts()).isEqualTo((int) Math.min(arity, length));
        assertThat(partition.bound(0)).isZero();
        assertThat(partition.bound(partition.parts())).isEqualTo(length);
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int j = 0; j < partition.parts(); j++) {
          long part = partition.bound(j + 1) - partition.bound(j);
          least = Math.min(least, part);
          most = Math.max(most, part);
        }
        assertThat(least).isPositive();
        assertThat(most - least).isLessThanOrEqualTo(1);
        if (length > 1) {
          assertThat(most).isLessThan(length);
        }
      }
    }
  }

  @Test
  void longestTraceDoesNotOverflow() {
    Partition partition = Partition.of(1L << 40, 16);
    for (int j = 0; j <= 16; j++) {
      assertThat(partition.bound(j)).isEqualTo(j * (1L << 36));
    }
    Partition odd = Partition.of((1L << 40) - 1, 16);
    assertThat(odd.bound(16)).isEqualTo((1L << 40) - 1);
    assertThat(odd.bound(15)).isEqualTo(15 * ((1L << 40) - 1) / 16);
  }

  @Test
  void partsOfAnIntervalAdjoin() {
    Interval interval = new Interval(100, 37);
    long[] ends = interval.ends(Partition.of(37, 16));
    assertThat(ends).hasSize(16).isSorted();
    assertThat(ends[0]).isEqualTo(102);
    assertThat(ends[15]).isEqualTo(137).isEqualTo(interval.end());
  }

  @Test
  void gamesOfTheProtocolAreAsShortAsItSays() {
    // protocol.md §3: 12 nodes and 2^32 steps take 10 moves; 2^24 and 2^40 take 17.
    assertThat(GameFormat.PROTOCOL.movesAtMost(12, 1L << 32)).isEqualTo(10);
    assertThat(GameFormat.PROTOCOL.movesAtMost(1L << 24, 1L << 40)).isEqualTo(17);
    assertThat(GameFormat.PROTOCOL.movesAtMost(1, 2)).isEqualTo(3);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> Partition.of(0, 16)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Partition(3, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Partition(3, 3).bound(4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new Interval(5, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Interval(0, 5).ends(new Partition(4, 2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GameFormat(1, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GameFormat.PROTOCOL.movesAtMost(5))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package opml.game.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClockTest {

  @Test
  void onlyTheSideOnTurnSpendsTime() {
    Clock clock = new Allowance(100).startAt(1_000).movedBy(Side.SERVER, 1_030);
    assertThat(clock).isEqualTo(new Clock(100, 70, 1_030));
    assertThat(clock.movedBy(Side.CHALLENGER, 1_130)).isEqualTo(new Clock(0, 70, 1_130));
  }

  @Test
  void lastMomentIsInTimeAndTheNextIsLate() {
    Clock clock = new Allowance(100).startAt(1_000);
    assertThat(clock.lastMoment(Side.SERVER)).isEqualTo(1_100);
    assertThat(clock.isInTime(Side.SERVER, 1_100)).isTrue();
    assertThat(clock.isLate(Side.SERVER, 1_101)).isTrue();
    assertThatThrownBy(() -> clock.movedBy(Side.SERVER, 1_101))
        .hasMessageContaining("SERVER cannot move 101 s after the last move with 100 s left");
  }

  @Test
  void sideWithoutTimeMayStillMoveInTheSameSecond() {
    Clock clock = new Clock(0, 50, 1_000);
    assertThat(clock.isInTime(Side.CHALLENGER, 1_000)).isTrue();
    assertThat(clock.isLate(Side.CHALLENGER, 1_001)).isTrue();
  }

  @Test
  void timeNeitherRunsBackNorIsNegative() {
    assertThatThrownBy(() -> new Clock(1, 1, 1_000).movedBy(Side.SERVER, 999))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Clock(-1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Allowance(0)).isInstanceOf(IllegalArgumentException.class);
  }
}

package opml.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final int RUNS = 5000;

  @Test
  void runsOfMillisecondsAreSpreadButForAFewWhoseNodesAreTimed() {
    Pace pace = new Pace(2);
    int alone = 0;
    for (int i = 0; i < RUNS; i++) {
      if (pace.spreads()) {
        assertThat(pace.pieces(0)).isPositive();
        assertThat(pace.pieces(1)).isEqualTo(i == 0 ? pace.pieces(0) : 0);
      } else {
        assertThat(pace.timesNodes()).isTrue();
        alone++;
        pace.ran(0, 2_000_000);
        pace.ran(1, 1_000);
      }
      pace.ran(3_000_000, pace.spreads());
    }
    assertThat(alone).isBetween(3, 30);
  }

  @Test
  void runsOfSecondsAreAlwaysSpread() {
    Pace pace = new Pace(1);
    for (int i = 0; i < RUNS; i++) {
      assertThat(pace.spreads()).isTrue();
      assertThat(pace.pieces(0)).isPositive();
      pace.ran(3_000_000_000L, true);
    }
  }

  @Test
  void shortRunsAreMadeTheWayThatTakesLess() {
    assertThat(spread(30_000, 20_000)).isGreaterThan(0.9);
    assertThat(spread(30_000, 31_000)).isLessThan(0.3);
    assertThat(spread(30_000, 29_500)).isLessThan(0.3);
  }

  @Test
  void whatIsFasterNowIsFoundAgain() {
    Pace pace = new Pace(1);
    play(pace, 30_000, 60_000, 300_000);
    assertThat(pace.spreads()).isFalse();
    play(pace, 30_000, 20_000, 300_000);
    assertThat(pace.spreads()).isTrue();
  }

  @Test
  void oneRunThatWasHeldUpDecidesNothing() {
    Pace pace = new Pace(1);
    for (int i = 0; i < 100_000; i++) {
      boolean spread = pace.spreads();
      boolean heldUp = spread && i % 64 == 0;
      pace.ran(heldUp ? 4_000_000 : spread ? 20_000 : 30_000, spread);
    }
    assertThat(pace.spreads()).isTrue();
  }

  @Test
  void whatWasFoundIsForgottenWhenRunsBecomeOthers() {
    Pace pace = new Pace(1);
    play(pace, 30_000, 60_000, 300_000);
    assertThat(pace.spreads()).isFalse();
    pace.restart();
    assertThat(pace.spreads()).isTrue();
    play(pace, 30_000, 20_000, 300);
    assertThat(pace.spreads()).isTrue();
  }

  @Test
  void aTrialWhileSomebodyElseHasTheTeamEndsAlone() {
    Pace pace = new Pace(1);
    int spread = 0;
    for (int i = 0; i < RUNS; i++) {
      spread += pace.spreads() ? 1 : 0;
      pace.ran(30_000, false);
    }
    assertThat(pace.spreads()).isFalse();
    assertThat(spread).isLessThan(RUNS / 4);
  }

  @Test
  void aNodeIsCutTheLessTheShorterItIs() {
    Pace pace = new Pace(3);
    while (!pace.timesNodes()) {
      pace.ran(500_000, true);
    }
    pace.ran(0, 1_000);
    pace.ran(0, 90_000);
    pace.ran(1, 20_000);
    pace.ran(2, 400_000);
    assertThat(pace.pieces(0)).isZero();
    assertThat(pace.pieces(1)).isEqualTo(1);
    assertThat(pace.pieces(2)).isGreaterThan(1);
  }

  /// {@return the share of runs that are spread}
  private static double spread(long alone, long together) {
    return play(new Pace(1), alone, together, RUNS) / (double) RUNS;
  }

  private static int play(Pace pace, long alone, long together, int runs) {
    int spread = 0;
    for (int i = 0; i < runs; i++) {
      boolean now = pace.spreads();
      spread += now ? 1 : 0;
      pace.ran(now ? together : alone, now);
    }
    return spread;
  }
}

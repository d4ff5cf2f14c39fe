package opml.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import opml.game.move.Parameters;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {
  private static final Parameters TERMS = Parameters.DEFAULT.withTimes(1000, 400);
  private static final TimeLimits FAST = new TimeLimits(TERMS, 1e9);
  private static final TimeLimits SLOW = new TimeLimits(TERMS, 1e6);

  @Test
  void aSlowMachineRefusesTheReplayThatAFastOneAccepts() {
    assertThat(FAST.whyNotReplay(40_000_000_000L)).isEmpty();
    assertThat(FAST.whyNotReplay(40_000_000_001L)).isPresent();
    assertThat(SLOW.whyNotReplay(40_000_000)).isEmpty();
    assertThat(SLOW.whyNotReplay(40_100_000))
        .contains("replaying a node may take 40.1 s, more than a tenth of the allowance of 400 s");
  }

  @Test
  void aRunMayTakeAQuarterOfTheWindow() {
    assertThat(SLOW.whyNotRun(250)).isEmpty();
    assertThat(SLOW.whyNotRun(250.1))
        .contains("a run takes 250.1 s, more than a quarter of the window of 1000 s");
  }

  @Test
  void aModelThatNobodyHasRunMustFitBoth() {
    assertThat(SLOW.whyNotTry(40e6)).isEmpty();
    assertThat(SLOW.whyNotTry(41e6))
        .contains("a run may take 41 s, this deployment's times leave 40 s");
    TimeLimits shortWindow = new TimeLimits(TERMS.withTimes(100, 400), 1e6);
    assertThat(shortWindow.whyNotTry(26e6))
        .contains("a run may take 26 s, this deployment's times leave 25 s");
  }

  @Test
  void aMachineThatDoesNothingIsNone() {
    for (double none : new double[] {0, -1, Double.NaN}) {
      assertThatThrownBy(() -> new TimeLimits(TERMS, none))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

package opml.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MachineSpeedTest {
  private static final long LONG = 1L << 30;

  private int trials;
  private final MachineSpeed speed =
      new MachineSpeed(
          () -> {
            trials++;
            return 1e9;
          });

  @Test
  void itIsTriedOutOnceWhenItIsNeeded() {
    assertThat(trials).isZero();
    assertThat(speed.stepsPerSecond()).isEqualTo(1e9);
    assertThat(speed.stepsPerSecond()).isEqualTo(1e9);
    assertThat(trials).isEqualTo(1);
  }

  @Test
  void aSlowerReplayCountsAtOnceAndAFasterOneALittle() {
    speed.ran(LONG, LONG / 0.75e9);
    assertThat(speed.stepsPerSecond()).isCloseTo(0.75e9, within(1.0));
    speed.ran(LONG, LONG / 1.55e9);
    assertThat(speed.stepsPerSecond()).isCloseTo(0.85e9, within(1.0));
  }

  @Test
  void aComputerThatSleptHalvesItAtMost() {
    speed.ran(LONG, 3600);
    assertThat(speed.stepsPerSecond()).isEqualTo(0.5e9);
  }

  @Test
  void aShortReplaySaysNothing() {
    speed.ran(MachineSpeed.LEAST_STEPS - 1, 3600);
    assertThat(trials).isZero();
    assertThat(speed.stepsPerSecond()).isEqualTo(1e9);
  }

  @Test
  void norDoesOneWhoseClockStoodStillOrWentBack() {
    for (double seconds : new double[] {0, -0.0, -1, Double.NaN}) {
      speed.ran(LONG, seconds);
    }
    assertThat(speed.stepsPerSecond()).isEqualTo(1e9);
  }

  /// From an interpreted machine under an interpreting JVM to what no processor does.
  @Test
  void thisComputerIsOneThatThereIs() {
    assertThat(MachineSpeed.here().stepsPerSecond()).isBetween(1e5, 2e10);
  }
}

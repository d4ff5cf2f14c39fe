package opml.sim.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockworkTest {
  private final Clockwork clockwork = new Clockwork();
  private final List<String> told = new ArrayList<>();

  private void run(long slots) {
    while (clockwork.nextSlot() <= slots) {
      clockwork.advanceTo(clockwork.nextSlot());
      clockwork.act();
    }
  }

  private void tell(String what) {
    told.add("%s at %d".formatted(what, clockwork.slot()));
  }

  @Test
  void timeJumpsFromOneActToTheNext() {
    clockwork.begin(
        "quick",
        1,
        strand -> {
          tell("quick");
          sleep(strand, Duration.ofMillis(4));
          tell("quick");
        });
    clockwork.begin(
        "slow",
        1,
        strand -> {
          tell("slow");
          sleep(strand, Duration.ofSeconds(61));
          tell("slow");
        });
    run(100);
    assertThat(told).containsExactly("quick at 1", "slow at 1", "quick at 2", "slow at 7");
    assertThat(clockwork.slot()).isEqualTo(7);
  }

  @Test
  void whoIsIdleIsWokenAndWhoIsKilledDoesNothingMore() {
    Strand idle =
        clockwork.begin(
            "idle",
            0,
            strand -> {
              try {
                strand.idle(Duration.ofDays(1));
                tell("woken");
                strand.idle(Duration.ofDays(1));
                tell("never");
              } catch (InterruptedException e) {
                tell("killed");
              }
            });
    run(0);
    clockwork.advanceTo(5);
    assertThat(idle.isIdle()).isTrue();
    idle.wake(clockwork.now());
    clockwork.act();
    idle.kill();
    assertThat(idle.hasEnded()).isTrue();
    assertThat(told).containsExactly("woken at 5", "killed at 5");
  }

  private static void sleep(Strand strand, Duration pause) {
    try {
      strand.sleep(pause);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

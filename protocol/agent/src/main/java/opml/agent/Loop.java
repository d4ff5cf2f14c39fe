package opml.agent;

import java.time.Duration;
import java.util.function.Consumer;
import opml.ethereum.chain.ChainException;

/// Ticks an agent until its thread is interrupted. What a chain does to it ends a tick, never the loop: it reads again,
/// at once while a clock of its own runs, and otherwise after pauses that grow. An [Error], such as an exhausted
/// memory, ends the loop: nobody knows what still stands then, and a supervisor's restart begins from the chain.
public final class Loop implements Runnable {
  private static final int BACK_OFF_MAX = 64;
  private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

  private final Agent agent;
  private final Duration pause;
  private final Consumer<String> troubles;

  /// @param pause between two looks at the chain
  /// @param troubles hears why a tick was given up
  public Loop(Agent agent, Duration pause, Consumer<String> troubles) {
    this.agent = agent;
    this.pause = pause;
    this.troubles = troubles;
  }

  @Override
  public void run() {
    int failures = 0;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          agent.tick();
          failures = 0;
        } catch (ChainException e) {
          if (!Thread.currentThread().isInterrupted()) {
            troubles.accept(e.getMessage());
          }
          failures++;
        } catch (RuntimeException e) {
          // A bug of ours, perhaps one that somebody looks for. Other games' clocks run on, so the
          // agent does too.
          troubles.accept("this is a bug: " + e);
          failures++;
        }
        Thread.sleep(agent.isBehind() && failures == 0 ? Duration.ZERO : pause(failures));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause(int failures) {
    if (failures == 0 || agent.isPressed()) {
      return pause;
    }
    Duration longer = pause.multipliedBy(Math.min(BACK_OFF_MAX, 1L << Math.min(failures, 10)));
    return longer.compareTo(PAUSE_MAX) < 0
        ? longer
        : PAUSE_MAX.compareTo(pause) < 0 ? pause : PAUSE_MAX;
  }
}

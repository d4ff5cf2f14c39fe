package opml.agent;

import java.time.Duration;
import java.util.function.Consumer;
import opml.ethereum.chain.ChainException;

/// Ticks an agent until its thread is interrupted. What a chain does to it ends a tick, never the loop: it waits,
/// longer each time, and reads again.
public final class Loop implements Runnable {
  private static final int BACK_OFF_MAX = 64;

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
    int factor = 1;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          agent.tick();
          factor = 1;
        } catch (ChainException e) {
          troubles.accept(e.getMessage());
          factor = Math.min(2 * factor, BACK_OFF_MAX);
        } catch (RuntimeException e) {
          // A bug of ours, perhaps one that somebody looks for. Other games' clocks run on, so the
          // agent does too.
          troubles.accept("this is a bug: " + e);
          factor = Math.min(2 * factor, BACK_OFF_MAX);
        }
        Thread.sleep(pause.multipliedBy(factor));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

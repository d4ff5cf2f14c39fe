package opml.agent;

import java.time.Duration;
import opml.ethereum.chain.ChainException;
import opml.store.StoreException;

/// Has an agent look until its thread is interrupted, and look after what it has on its way in between. What a chain
/// does to it ends a look, never the loop: it reads again, at once while a clock of its own runs, and otherwise after
/// pauses that grow. An [Error], such as an exhausted memory, ends the loop: nobody knows what still stands then, and a
/// supervisor's restart begins from the chain. It ends by itself only when its node drains and nothing of its account
/// is live any more ([Entering]).
public final class Loop implements Runnable {
  /// Hears how the looks at the chain go.
  public interface Listener {
    /// A look was given up; the next one may succeed.
    void trouble(String why);

    /// A look succeeded.
    default void looked() {}

    /// A look succeeded after so many that were given up.
    default void recovered(int failures) {}
  }

  private static final int BACK_OFF_MAX = 64;
  private static final Duration ATTENDING = Duration.ofMillis(500);

  /// What was computed is acted on after so long.
  private static final Duration COMPUTING = Duration.ofMillis(20);

  private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

  private final Agent agent;
  private final Duration pause;
  private final Listener listener;

  /// @param pause between two looks at the chain, until it is known how fast its blocks come; then it is looked at when
  ///     one is due
  /// @param listener hears of looks that were given up
  public Loop(Agent agent, Duration pause, Listener listener) {
    this.agent = agent;
    this.pause = pause;
    this.listener = listener;
  }

  @Override
  public void run() {
    int failures = 0;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          agent.look();
          listener.looked();
          if (failures > 0) {
            listener.recovered(failures);
          }
          failures = 0;
          if (agent.isDrained() && agent.lookout().entering().end()) {
            return;
          }
        } catch (ChainException e) {
          if (!Thread.currentThread().isInterrupted()) {
            listener.trouble(String.valueOf(e.getMessage()));
          }
          failures++;
        } catch (StoreException.Fenced e) {
          // Another process plays for this account now.
          throw e;
        } catch (RuntimeException e) {
          // A bug of ours, perhaps one that somebody looks for. Other games' clocks run on, so the
          // agent does too.
          listener.trouble("this is a bug: " + e);
          failures++;
        }
        rest(pause(failures));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Pauses until the agent has computed something; meanwhile what waits for its turn is sent as soon as there is room.
  private void rest(Duration pause) throws InterruptedException {
    long end = agent.time().nanoTime() + pause.toNanos();
    long attended = agent.time().nanoTime();
    for (Duration left = pause; left.isPositive() && !agent.hasNews(); ) {
      Duration slice = agent.isBehind() ? COMPUTING : ATTENDING;
      agent.time().sleep(left.compareTo(slice) < 0 ? left : slice);
      long now = agent.time().nanoTime();
      left = Duration.ofNanos(end - now);
      if (left.isPositive() && now - attended >= ATTENDING.toNanos() && agent.hasWaiting()) {
        attended = now;
        attend();
      }
    }
  }

  private void attend() {
    try {
      agent.attend();
    } catch (ChainException e) {
      // The next look meets the same, and tells it.
      return;
    }
  }

  private Duration pause(int failures) {
    if (failures == 0) {
      return agent.untilDue(pause);
    }
    if (agent.isPressed()) {
      return pause;
    }
    Duration longer = pause.multipliedBy(Math.min(BACK_OFF_MAX, 1L << Math.min(failures, 10)));
    return longer.compareTo(PAUSE_MAX) < 0
        ? longer
        : PAUSE_MAX.compareTo(pause) < 0 ? pause : PAUSE_MAX;
  }
}

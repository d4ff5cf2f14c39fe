package opml.cli.command.market;

import java.time.Duration;

/// Tells again and again how things stand, also while the chain is away: from a thread of its own.
final class Summaries implements AutoCloseable {
  private final Thread thread;

  /// @param seconds between two summaries; 0 for none at all
  Summaries(double seconds, Runnable tell) {
    Duration pause = Duration.ofMillis((long) (seconds * 1_000));
    this.thread = Thread.ofVirtual().name("summaries").unstarted(() -> run(pause, tell));
    if (pause.isPositive()) {
      thread.start();
    }
  }

  private static void run(Duration pause, Runnable tell) {
    try {
      while (true) {
        Thread.sleep(pause);
        tell.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

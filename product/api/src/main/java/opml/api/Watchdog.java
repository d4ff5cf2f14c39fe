package opml.api;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Ends the writing to clients that do not read: a thread that waits for one for too long is interrupted, which closes
/// the connection where that is a virtual thread.
final class Watchdog implements AutoCloseable {
  /// What may wait for a client.
  @FunctionalInterface
  interface Write {
    void run();
  }

  private final Duration patience;
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("opml-api-watchdog").factory());

  Watchdog(Duration patience) {
    this.patience = patience;
    // Nearly all ends are cancelled, and would be kept until their time.
    clock.setRemoveOnCancelPolicy(true);
  }

  /// {@return for how long a client may take}
  Duration patience() {
    return patience;
  }

  void watch(Write write) {
    Thread writer = Thread.currentThread();
    Future<?> end = clock.schedule(writer::interrupt, patience.toMillis(), TimeUnit.MILLISECONDS);
    try {
      write.run();
    } finally {
      end.cancel(false);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}

package opml.api;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Ends the writing to clients that do not read: a thread that waits for one for too long is interrupted, which closes
/// the connection where that is a virtual thread.
///
/// It looks at all writes from time to time, and a write wakes nobody: a clock that is set for each took a twentieth of
/// the speed of a single stream.
final class Watchdog implements AutoCloseable {
  /// How often it looks in the time that a client may take.
  private static final int LOOKS = 16;

  private static final long MOST_MILLIS = 1_000;

  private final Duration patience;
  private final Set<Watched> all = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("opml-api-watchdog").factory());

  /// What may wait for a client.
  @FunctionalInterface
  interface Write {
    void run();
  }

  /// A write that has begun.
  private static final class Watched {
    private final Thread writer = Thread.currentThread();
    private final long begin = System.nanoTime();
    private boolean isOver;

    synchronized void end() {
      isOver = true;
    }

    /// Once it is over, the thread has other things to do.
    synchronized void interrupt() {
      if (!isOver) {
        writer.interrupt();
      }
    }
  }

  Watchdog(Duration patience) {
    this.patience = patience;
    long pause = Math.clamp(patience.toMillis() / LOOKS, 1, MOST_MILLIS);
    Future<?> _ = clock.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
  }

  /// {@return for how long a client may take}
  Duration patience() {
    return patience;
  }

  private void look() {
    long now = System.nanoTime();
    for (Watched write : all) {
      if (now - write.begin >= patience.toNanos()) {
        interrupt(write);
      }
    }
  }

  /// What goes wrong with one write must not end the clock for all others: it does not look again after a throw.
  private static void interrupt(Watched write) {
    try {
      write.interrupt();
    } catch (RuntimeException | Error _) {
      // It is tried again at the next look.
    }
  }

  void watch(Write write) {
    Watched watched = new Watched();
    all.add(watched);
    try {
      write.run();
    } finally {
      all.remove(watched);
      watched.end();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}

package opml.cli.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// While this is open, SIGINT and SIGTERM interrupt the thread that opened it, and the JVM waits for it to close, so
/// that a long run ends between two of its steps and not inside one. The exit code is then the signal's, 130 or 143.
public final class StopSignal implements AutoCloseable {
  /// Less than the JVM gives all its hooks together.
  private static final long PATIENCE_SECONDS = 3;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook;

  private StopSignal(Thread running) {
    this.hook =
        new Thread(
            () -> {
              running.interrupt();
              await();
            },
            "stop-signal");
  }

  /// {@return a signal for the calling thread}
  public static StopSignal open() {
    StopSignal signal = new StopSignal(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, because of the signal.
      return;
    }
  }

  private void await() {
    try {
      if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

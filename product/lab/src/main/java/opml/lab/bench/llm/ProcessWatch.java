package opml.lab.bench.llm;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ends a process that is not done in time. To be closed when it is.
final class ProcessWatch implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean ended;

  ProcessWatch(Process process, Duration most) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                if (!done.await(most.toMillis(), TimeUnit.MILLISECONDS)) {
                  ended = true;
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /// {@return whether the time was over first}
  boolean hasEnded() {
    return ended;
  }

  @Override
  public void close() {
    done.countDown();
  }
}

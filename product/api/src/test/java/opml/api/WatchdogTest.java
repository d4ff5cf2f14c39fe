package opml.api;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  /// Would wait without an end if the clock did not look again.
  @Test
  void itLooksOnWhereAWriteCannotBeEnded() throws InterruptedException {
    try (Watchdog watchdog = new Watchdog(Duration.ofMillis(20))) {
      CountDownLatch tried = new CountDownLatch(1);
      CountDownLatch over = new CountDownLatch(1);
      Thread bad =
          new Thread(() -> watchdog.watch(() -> await(over))) {
            @Override
            public void interrupt() {
              tried.countDown();
              throw new StackOverflowError("planted");
            }
          };
      bad.start();
      tried.await();
      Thread good = Thread.ofVirtual().start(() -> watchdog.watch(() -> await(over)));
      good.join();
      over.countDown();
      bad.join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

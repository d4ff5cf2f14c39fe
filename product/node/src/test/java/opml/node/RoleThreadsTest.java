package opml.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RoleThreadsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static void untilInterrupted() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRoleThatFailsIsToldWithItsReasonWhileOthersRunOn() throws InterruptedException {
    IllegalStateException reason = new IllegalStateException("broken");
    RoleThreads threads =
        new RoleThreads(
            Map.of(
                "fails",
                () -> {
                  throw reason;
                },
                "goes on",
                RoleThreadsTest::untilInterrupted));
    threads.start();
    assertThat(threads.awaitEnd()).isEqualTo(new RoleThreads.Ended("fails", Optional.of(reason)));
    assertThat(threads.stopped()).doesNotContain("goes on");
    assertThat(threads.stop(PATIENCE)).isTrue();
    assertThat(threads.stopped()).containsExactlyInAnyOrder("fails", "goes on");
  }

  @Test
  void aRoleThatReturnsHasEndedToo() throws InterruptedException {
    RoleThreads threads = new RoleThreads(Map.of("short", () -> {}));
    threads.start();
    assertThat(threads.awaitEnd()).isEqualTo(new RoleThreads.Ended("short", Optional.empty()));
  }

  @Test
  void aRoleThatDoesNotListenIsNotWaitedForForEver() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    RoleThreads threads =
        new RoleThreads(
            Map.of(
                "deaf",
                () -> {
                  while (go.getCount() > 0) {
                    Thread.onSpinWait();
                  }
                }));
    threads.start();
    assertThat(threads.stop(Duration.ofMillis(10))).isFalse();
    go.countDown();
    assertThat(threads.awaitEnd().role()).isEqualTo("deaf");
  }
}

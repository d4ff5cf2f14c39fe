package opml.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NodeKeeperTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private final List<String> told = new CopyOnWriteArrayList<>();

  private NodeKeeper keeper(Map<String, Runnable> nodes) {
    return new NodeKeeper(nodes, (name, why) -> told.add(name + ": " + why.getMessage()), PAUSE);
  }

  private static void untilInterrupted() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // It was told to stop.
      return;
    }
  }

  /// {@return a thread that keeps these nodes}
  private Thread keeping(Map<String, Runnable> nodes) {
    NodeKeeper keeper = keeper(nodes);
    return Thread.ofPlatform().start(() -> keeper.run(PATIENCE));
  }

  @Test
  void aNodeThatFailsIsBegunAnewAndTheOtherGoesOn() throws InterruptedException {
    CountDownLatch third = new CountDownLatch(3);
    AtomicInteger begun = new AtomicInteger();
    CountDownLatch stopped = new CountDownLatch(1);
    Map<String, Runnable> nodes = new LinkedHashMap<>();
    nodes.put(
        "fails",
        () -> {
          third.countDown();
          if (third.getCount() > 0) {
            throw new IllegalStateException("its chain is away");
          }
          untilInterrupted();
        });
    nodes.put(
        "goes on",
        () -> {
          begun.incrementAndGet();
          untilInterrupted();
          stopped.countDown();
        });
    Thread keeping = keeping(nodes);
    assertThat(third.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(stopped.getCount()).isEqualTo(1);
    keeping.interrupt();
    assertThat(keeping.join(PATIENCE)).isTrue();
    assertThat(stopped.getCount()).as("it was told to stop").isZero();
    assertThat(begun).hasValue(1);
    assertThat(told).containsExactly("fails: its chain is away", "fails: its chain is away");
  }

  @Test
  void anErrorOfOneEndsAll() {
    CountDownLatch stopped = new CountDownLatch(1);
    Map<String, Runnable> nodes = new LinkedHashMap<>();
    nodes.put(
        "goes on",
        () -> {
          untilInterrupted();
          stopped.countDown();
        });
    nodes.put(
        "has no memory",
        () -> {
          throw new IllegalStateException("a role has ended", new OutOfMemoryError("no heap"));
        });
    assertThatThrownBy(() -> keeper(nodes).run(PATIENCE)).hasMessage("a role has ended");
    assertThat(stopped.getCount()).isZero();
    assertThat(told).isEmpty();
  }
}

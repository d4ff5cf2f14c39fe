package opml.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class TeamTest {
  @Test
  void everyPartIsDoneOnceByOneThreadOfEachNumber() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    try (Team team = new Team(4)) {
      for (int i = 0; i < 20_000; i++) {
        int count = random.nextInt(1, 40);
        int pieces = random.nextInt(1, 6);
        AtomicIntegerArray done = new AtomicIntegerArray(count);
        AtomicIntegerArray busy = new AtomicIntegerArray(team.threads());
        AtomicBoolean clash = new AtomicBoolean();
        assertThat(team.enter()).isTrue();
        team.run(
            (thread, from, to) -> {
              if (busy.getAndIncrement(thread) != 0) {
                clash.set(true);
              }
              for (int part = from; part < to; part++) {
                done.incrementAndGet(part);
              }
              busy.decrementAndGet(thread);
            },
            count,
            pieces);
        team.leave();
        for (int part = 0; part < count; part++) {
          assertThat(done.get(part)).as("seed %d, job %d, part %d", seed, i, part).isEqualTo(1);
        }
        assertThat(clash).isFalse();
        if (i % 5000 == 0) {
          pause(); // long enough to park
        }
      }
    }
  }

  @Test
  void partsRunSideBySide() throws InterruptedException {
    try (Team team = new Team(2)) {
      CountDownLatch both = new CountDownLatch(2);
      AtomicBoolean together = new AtomicBoolean(true);
      assertThat(team.enter()).isTrue();
      team.run(
          (thread, from, to) -> {
            both.countDown();
            try {
              together.compareAndSet(true, both.await(1, TimeUnit.MINUTES));
            } catch (InterruptedException e) {
              together.set(false);
            }
          },
          2,
          1);
      team.leave();
      assertThat(together).isTrue();
    }
  }

  @Test
  void withoutThreadsForItsHelpersTheCallerDoesAllUntilThereAreSome() {
    AtomicInteger refused = new AtomicInteger();
    AtomicBoolean exhausted = new AtomicBoolean(true);
    ThreadFactory starts =
        job -> {
          if (exhausted.get()) {
            refused.incrementAndGet();
            throw new OutOfMemoryError("unable to create native thread");
          }
          return Thread.ofPlatform().daemon().unstarted(job);
        };
    try (Team team = new Team(3, starts)) {
      Set<Integer> threads = ConcurrentHashMap.newKeySet();
      AtomicInteger done = new AtomicInteger();
      Team.Job job =
          (thread, from, to) -> {
            threads.add(thread);
            done.addAndGet(to - from);
          };
      assertThat(team.enter()).isTrue();
      team.run(job, 30, 1);
      team.run(job, 30, 1);
      assertThat(refused).hasValue(4);
      assertThat(threads).containsExactly(0);
      assertThat(done).hasValue(60);
      exhausted.set(false);
      CountDownLatch all = new CountDownLatch(3);
      team.run(
          (_, _, _) -> {
            all.countDown();
            try {
              threads.add(all.await(1, TimeUnit.MINUTES) ? 1 : -1);
            } catch (InterruptedException e) {
              threads.add(-1);
            }
          },
          3,
          1);
      assertThat(threads).containsExactlyInAnyOrder(0, 1);
      team.leave();
    }
  }

  @Test
  void whatAPartThrowsReachesTheCallerAndTheTeamGoesOn() {
    try (Team team = new Team(3)) {
      for (int i = 0; i < 1000; i++) {
        int bad = i % 7;
        assertThat(team.enter()).isTrue();
        assertThatThrownBy(
                () ->
                    team.run(
                        (thread, from, to) -> {
                          if (from <= bad && bad < to) {
                            throw new IndexOutOfBoundsException("part " + bad);
                          }
                        },
                        7,
                        4))
            .hasMessage("part " + bad);
        team.leave();
      }
    }
  }

  @Test
  void aTeamIsForOneAtATimeAndForNobodyOnceItIsClosed() {
    Team team = new Team(2);
    assertThat(team.enter()).isTrue();
    assertThat(team.enter()).isFalse();
    team.leave();
    assertThat(team.enter()).isTrue();
    team.leave();
    team.close();
    assertThat(team.enter()).isFalse();
    assertThatThrownBy(() -> new Team(0)).hasMessage("no team has 0 threads");
  }

  private static void pause() {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

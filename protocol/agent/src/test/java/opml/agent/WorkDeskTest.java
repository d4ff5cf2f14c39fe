package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.store.Job;
import opml.store.JobKey;
import opml.store.JobKind;
import opml.store.JobQueue;
import opml.store.RunResults;
import opml.store.memory.MapStore;
import org.junit.jupiter.api.Test;

/// A desk whose workers wait until the test has them work, one after the other or at once.
class WorkDeskTest {
  private static final Object ROLE = "serve";
  private static final Object OTHER = "verify";
  private static final long MB = 1 << 20;

  private final JobQueue rows = MapStore.jobsAlone();
  private final RunResults results = MapStore.resultsAlone();
  private final Deque<Runnable> begun = new ArrayDeque<>();
  private final AtomicLong seconds = new AtomicLong(1_000);
  private final List<Integer> done = new ArrayList<>();
  private final List<Course> courses = new ArrayList<>();

  private WorkDesk desk(int cores) {
    WorkDesk desk =
        new WorkDesk(
            rows,
            results,
            begun::add,
            () -> Instant.ofEpochSecond(seconds.get()),
            Time.SYSTEM,
            cores,
            () -> 100 * MB);
    desk.join(ROLE);
    return desk;
  }

  private static JobKey key(int number) {
    return new JobKey(JobKind.RUN, Bytes32.ofWord(number));
  }

  private static WantedJob job(
      int number, Urgency urgency, long deadline, long worth, WantedJob.Body body) {
    Due due = new Due(urgency, deadline, BigInteger.valueOf(worth));
    return new WantedJob(key(number), due, Bytes32.ofWord(number), MB, false, body);
  }

  private WantedJob job(int number, Urgency urgency, long deadline, long worth) {
    return job(
        number,
        urgency,
        deadline,
        worth,
        course -> {
          courses.add(course);
          course.at(1, 2);
          done.add(number);
        });
  }

  private static WantedJob sized(WantedJob job, long bytes, boolean isStrange) {
    return new WantedJob(job.key(), job.due(), job.subject(), bytes, isStrange, job.body());
  }

  /// Has workers work until nothing is left to do.
  private void work() {
    while (!begun.isEmpty()) {
      begun.poll().run();
    }
  }

  private static void look(WorkDesk desk, WantedJob... jobs) {
    desk.begin(ROLE);
    for (WantedJob job : jobs) {
      assertThat(desk.want(ROLE, job)).isEmpty();
    }
    desk.end(ROLE);
  }

  @Test
  void gamesComeFirstThenClaimsThenRequestsEachByItsDeadline() {
    WorkDesk desk = desk(1);
    look(
        desk,
        job(1, Urgency.REQUEST, 50, 1),
        job(2, Urgency.REQUEST, 10, 1),
        job(3, Urgency.CLAIM, 90, 1),
        job(4, Urgency.CLAIM, 80, 1),
        job(5, Urgency.GAME, 99, 1),
        job(6, Urgency.GAME, 98, 1));
    assertThat(keys()).as("the first is about to be written").containsExactly(6, 5, 4, 3, 2);
    work();
    // The first was begun before anything else was wanted, and has made way for a game.
    assertThat(done).containsExactly(6, 5, 4, 3, 2, 1);
    assertThat(rows.all()).isEmpty();
  }

  /// {@return the jobs in the store, in their order}
  private List<Integer> keys() {
    return rows.all().stream()
        .map(row -> new BigInteger(row.key().subject().toArray()).intValue())
        .toList();
  }

  @Test
  void theOneThatIsDueFirstAndTheOneThatIsWorthMostComeByTurns() {
    WorkDesk desk = desk(1);
    WantedJob[] jobs =
        IntStream.range(0, 7)
            .mapToObj(i -> job(i, Urgency.CLAIM, 10 + i, i))
            .toArray(WantedJob[]::new);
    look(desk, jobs);
    work();
    assertThat(done).containsExactly(0, 1, 6, 2, 5, 3, 4);
  }

  @Test
  void whoPaysMoreIsAnsweredFirstAndOfTwoThatPayTheSameTheOneThatIsDueFirst() {
    WorkDesk desk = desk(1);
    look(
        desk,
        job(1, Urgency.REQUEST, 10, 5),
        job(2, Urgency.REQUEST, 11, 5),
        job(3, Urgency.REQUEST, 9, 4),
        job(4, Urgency.REQUEST, 12, 6));
    work();
    assertThat(done).containsExactly(1, 4, 2, 3);
  }

  @Test
  void aCoreIsKeptForGamesAndOneForWhatEndsInTime() {
    WorkDesk desk = desk(3);
    look(
        desk,
        sized(job(1, Urgency.CLAIM, 1, 1), MB, true),
        sized(job(2, Urgency.CLAIM, 2, 1), MB, true),
        job(3, Urgency.CLAIM, 3, 1),
        job(4, Urgency.REQUEST, 4, 1));
    assertThat(begun).as("one that may be slow, and one more").hasSize(2);
    look(desk, job(5, Urgency.GAME, 5, 1), job(6, Urgency.GAME, 6, 1));
    assertThat(begun).as("and one for a game").hasSize(3);
    begun.poll();
    begun.poll().run();
    assertThat(done).containsExactly(3);
    assertThat(begun).as("the other game's").hasSize(2);
  }

  @Test
  void noMoreIsDoneThanFitsTheMemoryAndHalfOfItIsKeptForGames() {
    WorkDesk desk = desk(100);
    look(
        desk,
        sized(job(1, Urgency.CLAIM, 1, 0), 30 * MB, false),
        sized(job(2, Urgency.CLAIM, 2, 0), 20 * MB, false),
        sized(job(3, Urgency.CLAIM, 3, 0), 10 * MB, false),
        sized(job(4, Urgency.CLAIM, 4, 0), 0, false));
    assertThat(begun).as("what is small does not overtake what waits for memory").hasSize(2);
    look(
        desk,
        sized(job(5, Urgency.GAME, 1, 0), 50 * MB, false),
        sized(job(6, Urgency.GAME, 2, 0), 50 * MB, false));
    assertThat(begun).hasSize(3);
    work();
    assertThat(done).hasSize(6);
  }

  @Test
  void neverMoreThanTheBoundsWhateverIsWanted() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int cores = 1 + random.nextInt(5);
    WorkDesk desk = desk(cores);
    long[] taken = {0, 0};
    List<Runnable> running = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Urgency urgency = List.of(Urgency.values()).get(random.nextInt(4));
      long bytes = random.nextInt(50) * MB;
      boolean strange = random.nextBoolean();
      WantedJob job =
          job(
              i,
              urgency,
              random.nextInt(100),
              random.nextInt(100),
              course -> {
                course.at(1, 2);
                taken[0]++;
              });
      look(desk, sized(job, bytes, strange));
      running.addAll(begun);
      begun.clear();
      assertThat(running).as("seed %d", seed).hasSizeLessThanOrEqualTo(cores);
      if (random.nextBoolean() && !running.isEmpty()) {
        running.remove(random.nextInt(running.size())).run();
        running.addAll(begun);
        begun.clear();
      }
    }
    assertThat(taken[0]).as("seed %d", seed).isPositive();
    for (int i = 0; i < 3; i++) {
      look(desk);
    }
    while (!running.isEmpty()) {
      running.remove(random.nextInt(running.size())).run();
      running.addAll(begun);
      begun.clear();
    }
    look(desk);
    assertThat(rows.all()).as("nobody wants anything, seed %d", seed).isEmpty();
  }

  @Test
  void whatNobodyWantsAnyMoreIsDroppedAndEndedIfItIsBeingDone() {
    WorkDesk desk = desk(1);
    look(desk, job(1, Urgency.CLAIM, 1, 1), job(2, Urgency.CLAIM, 2, 1));
    look(desk, job(2, Urgency.CLAIM, 2, 1));
    look(desk, job(2, Urgency.CLAIM, 2, 1));
    work();
    assertThat(done).containsExactly(2);
    look(desk, job(3, Urgency.CLAIM, 1, 1), job(4, Urgency.CLAIM, 2, 1));
    look(desk, job(3, Urgency.CLAIM, 1, 1));
    assertThat(keys()).as("a look may miss something").containsExactly(4);
    look(desk, job(3, Urgency.CLAIM, 1, 1));
    assertThat(keys()).isEmpty();
  }

  @Test
  void whatTwoRolesWantIsDoneOnceAndAsLongAsOneOfThemWantsIt() {
    WorkDesk desk = desk(2);
    desk.join(OTHER);
    look(desk, job(1, Urgency.REQUEST, 1, 1));
    desk.begin(OTHER);
    assertThat(desk.want(OTHER, job(1, Urgency.CLAIM, 1, 1))).isEmpty();
    desk.end(OTHER);
    look(desk);
    look(desk);
    assertThat(desk.isBusy(ROLE)).isFalse();
    assertThat(desk.isBusy(OTHER)).isTrue();
    work();
    assertThat(done).containsExactly(1);
    assertThat(desk.hasNews(OTHER)).isTrue();
  }

  @Test
  void aJobThatFailsComesBackAfterPausesThatGrowAndKeepsNoOtherWaiting() {
    WorkDesk desk = desk(1);
    int[] tries = {0};
    WantedJob failing =
        job(
            1,
            Urgency.CLAIM,
            1,
            1,
            _ -> {
              tries[0]++;
              throw new IllegalStateException("no file");
            });
    desk.begin(ROLE);
    assertThat(desk.want(ROLE, failing)).isEmpty();
    desk.end(ROLE);
    work();
    look(desk, job(2, Urgency.CLAIM, 2, 1));
    work();
    assertThat(done).containsExactly(2);
    for (int i = 0; i < 100; i++) {
      desk.begin(ROLE);
      Optional<String> trouble = desk.want(ROLE, failing);
      desk.end(ROLE);
      work();
      assertThat(trouble.orElse("no file")).isEqualTo("no file");
      seconds.incrementAndGet();
    }
    assertThat(tries[0]).as("at 0, 5, 15, 35 and 75 s").isEqualTo(5);
    Job row = rows.find(key(1)).orElseThrow();
    assertThat(row.trouble()).isEqualTo("no file");
    assertThat(row.tries()).isEqualTo(5);

    WorkDesk next = desk(1);
    next.begin(ROLE);
    assertThat(next.want(ROLE, failing)).as("in the next process").contains("no file");
    assertThat(begun).isEmpty();
  }

  @Test
  void aJobThatTookItsProcessWithItWaitsTheSecondTime() {
    for (int time = 1; time <= 3; time++) {
      WorkDesk desk = desk(1);
      desk.begin(ROLE);
      assertThat(desk.want(ROLE, job(0, Urgency.GAME, 1, 1))).isEmpty();
      assertThat(desk.want(ROLE, job(1, Urgency.CLAIM, 1, 1)).isPresent()).isEqualTo(time == 3);
      desk.end(ROLE);
      Runnable first = begun.poll();
      first.run();
      assertThat(begun).as("process %d", time).hasSize(time < 3 ? 1 : 0);
      begun.clear(); // killed, before it could note anything but that it began
      assertThat(rows.take(key(1), "desk", seconds.get(), Long.MAX_VALUE).isPresent())
          .isEqualTo(time < 3);
    }
  }

  @Test
  void anErrorReachesWhoeverLooksNext() {
    WorkDesk desk = desk(1);
    look(
        desk,
        job(
            1,
            Urgency.CLAIM,
            1,
            1,
            _ -> {
              throw new OutOfMemoryError("nothing is left");
            }),
        job(2, Urgency.CLAIM, 2, 1));
    work();
    assertThat(done).isEmpty();
    assertThat(desk.hasNews(ROLE)).isTrue();
    assertThatThrownBy(() -> desk.begin(ROLE)).isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void aHundredThousandRequestsTakeNoMoreRoomThanAFew() {
    WorkDesk desk = desk(2);
    desk.begin(ROLE);
    for (int i = 0; i < 100_000; i++) {
      assertThat(desk.want(ROLE, job(i, Urgency.REQUEST, i, 1))).isEmpty();
    }
    assertThat(desk.want(ROLE, job(-1, Urgency.CLAIM, 1, 1))).isEmpty();
    assertThat(desk.want(ROLE, job(-2, Urgency.GAME, 1, 1))).isEmpty();
    desk.end(ROLE);
    assertThat(rows.all()).as("two are about to be written").hasSize(256);
    work();
    assertThat(done).hasSize(258).contains(-1, -2);
  }

  @Test
  void aModelThatWentWrongIsDoubtedInTheNextProcessUntilTheSameStepGoesRight() {
    Bytes32 model = Bytes32.ofWord(7);
    desk(1).doubt(model, 5, "another result");
    WorkDesk next = desk(1);
    assertThat(next.doubted(model)).hasValue(5);
    look(next);
    look(next);
    assertThat(desk(1).doubted(model)).as("no job that nobody wants").hasValue(5);
    desk(1).trust(model);
    assertThat(desk(1).doubted(model)).isEmpty();
    assertThat(rows.all()).isEmpty();
  }
}

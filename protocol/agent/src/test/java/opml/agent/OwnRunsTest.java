package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import opml.core.account.Address;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.time.Time;
import opml.game.claim.Availability;
import opml.game.claim.ClaimId;
import opml.game.claim.Request;
import opml.game.claim.RequestId;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Parameters;
import opml.game.work.NoRoomException;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenRequest;
import opml.proof.TimeLimits;
import opml.store.JobKey;
import opml.store.JobKind;
import opml.store.JobQueue;
import opml.store.RunResults;
import opml.store.memory.MapStore;
import org.junit.jupiter.api.Test;

class OwnRunsTest {
  private static final Bytes32 SLOW = Bytes32.ofWord(1);
  private static final Bytes32 QUICK = Bytes32.ofWord(2);
  private static final ClaimId CLAIM = new ClaimId(Bytes32.ZERO);
  private static final Set<RequestId> ALIVE = Set.of(request(SLOW).id(), request(QUICK).id());

  private final JobQueue rows = MapStore.jobsAlone();
  private final RunResults results = MapStore.resultsAlone();
  private final List<String> skipped = new ArrayList<>();
  private final List<Entry> told = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger made = new AtomicInteger();
  private double stepsPerSecond = 1e9;
  private double audits;

  /// {@return the runs of a new process}
  private OwnRuns runs(Workshop workshop) {
    Time time =
        new Time() {
          @Override
          public long nanoTime() {
            return nanos.get();
          }

          @Override
          public void sleep(Duration pause) {
            throw new UnsupportedOperationException();
          }
        };
    WorkDesk desk =
        new WorkDesk(
            rows,
            results,
            job -> Thread.ofVirtual().start(job),
            () -> Instant.ofEpochSecond(1_000),
            time,
            3,
            () -> 1L << 30);
    Host here =
        new Host(desk, () -> stepsPerSecond, new SelfAudit(audits, new SplittableRandom(1)));
    return new OwnRuns(
        workshop,
        _ -> new byte[0],
        _ -> new byte[0],
        () -> new TimeLimits(Parameters.DEFAULT, stepsPerSecond),
        Agent.Caution.DEFAULT,
        told::add,
        (_, why) -> skipped.add(why),
        here,
        nanos::get);
  }

  private static SeenRequest request(Bytes32 model) {
    Request request =
        new Request(
            1,
            Address.ZERO,
            Address.ZERO,
            0,
            model,
            Bytes32.ZERO,
            Availability.EMITTED,
            Address.ZERO,
            BigInteger.ZERO,
            1_000,
            Address.ZERO,
            0);
    return new SeenRequest(
        new RequestState(request, RequestStatus.OPEN, 0, 0), 1, Optional.of(0), List.of(), false);
  }

  private static Due due(Urgency urgency) {
    return new Due(urgency, 1_000, BigInteger.ONE);
  }

  private static <T> T look(OwnRuns runs, Supplier<T> ask) {
    runs.look();
    T answer = ask.get();
    runs.tidy(ALIVE, Set.of());
    return answer;
  }

  /// {@return what a look sees at last}
  private static <T> T eventually(OwnRuns runs, Supplier<Optional<T>> ask) {
    while (true) {
      Optional<T> answer = look(runs, ask);
      if (answer.isPresent()) {
        return answer.get();
      }
      Thread.onSpinWait();
    }
  }

  private static Optional<Conclusion> result(OwnRuns runs, Bytes32 model) {
    return runs.result(request(model), due(Urgency.CLAIM));
  }

  /// {@return a move in a game about a request}
  private static Optional<Work.Result> play(OwnRuns runs, Bytes32 model) {
    return runs.answer(
        request(model),
        CLAIM,
        model,
        Due.inGame(1_000),
        _ -> true,
        Work.Result.class,
        Work::result);
  }

  private static boolean enter(OwnRuns runs, Bytes32 model) {
    boolean[] entered = {false};
    runs.enter(request(model), due(Urgency.REQUEST), _ -> entered[0] = true);
    return entered[0];
  }

  /// {@return whether a bond was staked in the end}
  private static boolean enterWhenDone(OwnRuns runs, Bytes32 model) {
    Conclusion _ = eventually(runs, () -> result(runs, model));
    boolean entered = look(runs, () -> enter(runs, model));
    while (!entered && runs.await(60_000_000_000L)) {
      entered = look(runs, () -> enter(runs, model));
    }
    return entered;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // ------------------------------------------------------------------ looks

  @Test
  void noLookWaitsForARunAndNoGameForAnotherOne() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    OwnRuns runs =
        runs(
            (model, _) -> {
              made.incrementAndGet();
              if (model.equals(SLOW)) {
                await(mayEnd);
              }
              return Optional.of(new SizedWork(0));
            });
    assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    assertThat(runs.areMade()).isTrue();
    Work.Result _ = eventually(runs, () -> play(runs, QUICK));
    assertThat(look(runs, () -> play(runs, SLOW))).as("the same run for a game").isEmpty();
    mayEnd.countDown();
    Work.Result _ = eventually(runs, () -> play(runs, SLOW));
    assertThat(runs.evidenceBytes(request(SLOW).id())).isEqualTo(SizedWork.EVIDENCE_BYTES);
    assertThat(made).hasValue(2);
  }

  @Test
  void aReplayThatLastsKeepsNoOtherGameWaiting() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    OwnRuns runs = runs((_, _) -> Optional.of(new SizedWork(0)));
    Supplier<Optional<String>> slowly =
        () ->
            runs.answer(
                request(SLOW),
                CLAIM,
                SLOW,
                Due.inGame(10),
                _ -> true,
                String.class,
                _ -> {
                  await(mayEnd);
                  return "a move";
                });
    Conclusion _ = eventually(runs, () -> result(runs, SLOW));
    assertThat(look(runs, slowly)).isEmpty();
    Work.Result _ =
        eventually(runs, () -> look(runs, slowly).isEmpty() ? play(runs, QUICK) : Optional.empty());
    mayEnd.countDown();
    assertThat(eventually(runs, slowly)).isEqualTo("a move");
  }

  @Test
  void aRunThatWasLetGoIsMadeAgainForItsGame() {
    OwnRuns runs =
        runs(
            (model, _) -> {
              made.incrementAndGet();
              return Optional.of(new SizedWork(1L << 50));
            });
    Work.Result _ = eventually(runs, () -> play(runs, SLOW));
    Work.Result _ = eventually(runs, () -> play(runs, QUICK));
    look(runs, () -> true); // the answers are not wanted any more
    Work.Result _ = eventually(runs, () -> play(runs, SLOW));
    assertThat(made).hasValue(3);
  }

  @Test
  void aRunOfAnEarlierProcessIsNotMadeAgainToJudgeByIt() {
    Workshop workshop =
        (_, _) -> {
          made.incrementAndGet();
          return Optional.of(new SizedWork(0));
        };
    OwnRuns killed = runs(workshop);
    Conclusion before = eventually(killed, () -> result(killed, QUICK));
    OwnRuns next = runs(workshop);
    assertThat(look(next, () -> result(next, QUICK))).contains(before);
    assertThat(look(next, () -> next.mayEnter(request(QUICK).id()))).isTrue();
    assertThat(next.gasOfASide(request(QUICK).id())).isEqualTo(Work.GAS_OF_ANY_SIDE);
    assertThat(made).hasValue(1);
    assertThat(enterWhenDone(next, QUICK)).as("a bond takes the whole run").isTrue();
    assertThat(made).hasValue(2);
  }

  // ------------------------------------------------------------------ what goes wrong

  @Test
  void aModelsFileThatWasChangedIsNoBugOfOurs() {
    OwnRuns runs =
        runs(
            (model, _) -> {
              throw model.equals(SLOW)
                  ? new MalformedException("model.gguf: somebody has changed the file")
                  : new IllegalStateException("broken");
            });
    for (Bytes32 model : List.of(SLOW, QUICK)) {
      while (skipped.stream().distinct().count() < (model.equals(SLOW) ? 1 : 2)) {
        assertThat(look(runs, () -> result(runs, model))).isEmpty();
      }
    }
    assertThat(skipped)
        .contains(
            "model.gguf: somebody has changed the file; this agent is to be started anew",
            "our run broke, which is a bug: java.lang.IllegalStateException: broken");
  }

  @Test
  void whatDoesNotFitTheMemoryIsToldAndNotTriedAgainAtOnce() {
    OwnRuns runs =
        runs(
            (_, _) -> {
              made.incrementAndGet();
              throw new NoRoomException("a run", 3L << 20, 2L << 20);
            });
    while (skipped.isEmpty()) {
      assertThat(look(runs, () -> result(runs, QUICK))).isEmpty();
    }
    assertThat(runs.areMade()).isFalse();
    assertThat(
            rows.find(new JobKey(JobKind.RUN, request(QUICK).id().hash())).orElseThrow().trouble())
        .isEqualTo(skipped.getFirst())
        .isEqualTo(
            "a run takes 3 MiB of memory, and this process has room for 2:"
                + " give it a larger heap (-Xmx)");
  }

  @Test
  void aBondThatDoesNotFitTheMemoryEndsNothingElse() {
    OwnRuns runs = runs((_, _) -> Optional.of(new SizedWork(0)));
    Conclusion _ = eventually(runs, () -> result(runs, QUICK));
    runs.look();
    runs.enter(
        request(QUICK),
        due(Urgency.REQUEST),
        _ -> {
          throw new NoRoomException("a machine", 3L << 20, 2L << 20);
        });
    assertThat(skipped).singleElement().asString().startsWith("a machine takes 3 MiB");
  }

  @Test
  void anErrorOfARunReachesItsAgent() {
    OwnRuns runs =
        runs(
            (_, _) -> {
              throw new OutOfMemoryError("nothing is left");
            });
    assertThatThrownBy(() -> eventually(runs, () -> result(runs, QUICK)))
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void twoRunsOfOneRequestThatDifferAreDoubted() {
    int[] model = {0};
    Workshop fickle = (_, _) -> Optional.of(new SizedWork(0).endingIn(Bytes32.ofWord(++model[0])));
    OwnRuns first = runs(fickle);
    Conclusion _ = eventually(first, () -> result(first, QUICK));
    OwnRuns next = runs(fickle);
    Conclusion _ = eventually(next, () -> result(next, QUICK));
    while (skipped.isEmpty()) {
      assertThat(look(next, () -> enter(next, QUICK))).isFalse();
    }
    assertThat(skipped.getFirst()).contains("has the root").contains("and now");
  }

  // ------------------------------------------------------------------ audits

  @Test
  void aRunThatTheMachineContradictsIsNeverStakedOnAndOneThatItConfirmsIs() {
    audits = 1;
    SizedWork wrong = new SizedWork(0).contradicted();
    OwnRuns runs = runs((model, _) -> Optional.of(model.equals(SLOW) ? wrong : new SizedWork(0)));
    assertThat(enterWhenDone(runs, QUICK)).isTrue();
    assertThat(enterWhenDone(runs, SLOW)).isFalse();
    assertThat(told.stream().filter(Entry.Audited.class::isInstance).map(Entry.Audited.class::cast))
        .extracting(entry -> entry.difference().isPresent())
        .containsExactly(false, true);
    assertThat(skipped)
        .isNotEmpty()
        .allSatisfy(why -> assertThat(why).contains("is wrong, so nothing is staked"));

    audits = 0;
    OwnRuns next = runs((_, _) -> Optional.of(wrong));
    assertThat(enterWhenDone(next, SLOW)).as("in the next process").isFalse();
    OwnRuns mended = runs((_, _) -> Optional.of(new SizedWork(0)));
    assertThat(enterWhenDone(mended, SLOW)).as("once that step is right").isTrue();
    assertThat(rows.all()).isEmpty();
  }

  @Test
  void asManyRunsAreAuditedAsWasSaid() {
    audits = 0.05;
    SelfAudit audit = new SelfAudit(audits, new SplittableRandom(7));
    long drawn = 0;
    for (int i = 0; i < 10_000; i++) {
      drawn += audit.draw().isPresent() ? 1 : 0;
    }
    assertThat(drawn).isBetween(400L, 600L);
  }

  // ------------------------------------------------------------------ time

  @Test
  void howFarALongRunIsIsToldEveryFewSeconds() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    OwnRuns runs =
        runs(
            new Workshop() {
              @Override
              public Optional<Work> work(Bytes32 model, byte[] input) {
                return Optional.of(new SizedWork(0));
              }

              @Override
              public Optional<Work> work(Bytes32 model, byte[] input, Progress progress) {
                progress.at(48, 1000);
                begun.countDown();
                await(mayEnd);
                return work(model, input);
              }
            });
    assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    await(begun);
    for (int second = 1; second <= 11; second++) {
      nanos.addAndGet(1_000_000_000);
      assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    }
    RequestId id = request(SLOW).id();
    assertThat(told)
        .containsExactly(
            new Entry.Computing(id, 48, 1000, 5), new Entry.Computing(id, 48, 1000, 10));
    mayEnd.countDown();
    Conclusion _ = eventually(runs, () -> result(runs, SLOW));
    look(runs, () -> true);
    assertThat(told).hasSize(3).last().isInstanceOf(Entry.Computed.class);
  }

  @Test
  void aSlowMachineStakesNothingOnWhatAFastOneDoes() {
    // A tenth of the allowance of half a day are 4320 s.
    SizedWork work = new SizedWork(0).replayedIn(4_320_000_000L);
    OwnRuns runs = runs((_, _) -> Optional.of(work));
    Conclusion _ = eventually(runs, () -> result(runs, QUICK));
    stepsPerSecond = 1e6;
    assertThat(runs.mayEnter(request(QUICK).id())).isTrue();
    stepsPerSecond = 0.99e6;
    assertThat(runs.mayEnter(request(QUICK).id())).isFalse();
    assertThat(skipped)
        .containsExactly(
            "replaying a node may take 4363.6 s, more than a tenth of the allowance of 43200 s");
    stepsPerSecond = 1e6;
    assertThat(runs.mayEnter(request(QUICK).id())).as("fast again").isTrue();
  }

  /// A quarter of the window of a day are 21,600 s.
  private static final long TOO_LONG = 21_601;

  @Test
  void aRunThatTookTooLongIsMadeAgainOnceInAWhileAndStakedOnWhenItIsQuick() {
    long[] seconds = {TOO_LONG, TOO_LONG, 5};
    List<SizedWork> works = new ArrayList<>();
    OwnRuns runs =
        runs(
            (_, _) -> {
              nanos.addAndGet(seconds[made.getAndIncrement()] * 1_000_000_000);
              works.add(new SizedWork(0));
              return Optional.of(works.getLast());
            });
    for (int time = 0; time < 3; time++) {
      untilMade(runs, time + 1);
      assertThat(runs.mayEnter(request(SLOW).id())).as("time %d", time).isEqualTo(time == 2);
      nanos.addAndGet(((TOO_LONG << time) - 1) * 1_000_000_000);
      assertThat(look(runs, () -> result(runs, SLOW))).isPresent();
      assertThat(runs.areMade()).isFalse();
      nanos.addAndGet(1_000_000_000);
    }
    assertThat(works.get(0).isRetired()).isTrue();
    assertThat(works.get(0).rested()).isTrue();
    assertThat(works.get(2).isRetired()).isFalse();
    assertThat(look(runs, () -> result(runs, SLOW))).isPresent();
    assertThat(runs.areMade()).as("a run that is quick is not made again").isFalse();
    assertThat(skipped).hasSize(2).allSatisfy(why -> assertThat(why).contains("a run takes 21601"));
  }

  @Test
  void aRunThatAGameIsAboutIsNotMadeAgainHoweverLongItTook() {
    OwnRuns runs =
        runs(
            (_, _) -> {
              made.incrementAndGet();
              nanos.addAndGet(TOO_LONG * 1_000_000_000);
              return Optional.of(new SizedWork(0));
            });
    untilMade(runs, 1);
    runs.look();
    runs.tidy(ALIVE, ALIVE);
    nanos.addAndGet(2 * TOO_LONG * 1_000_000_000);
    runs.look();
    assertThat(result(runs, SLOW)).isPresent();
    assertThat(runs.areMade()).isFalse();
    runs.tidy(ALIVE, Set.of());
    untilMade(runs, 2);
  }

  private void untilMade(OwnRuns runs, int times) {
    while (told.stream().filter(Entry.Computed.class::isInstance).count() < times) {
      look(runs, () -> result(runs, SLOW));
      Thread.onSpinWait();
    }
    assertThat(made).hasValue(times);
    while (runs.areMade()) {
      Thread.onSpinWait();
    }
  }

  /// Has a stranger's model of which a run lasts until it is let end, or is ended.
  private static final class StrangersWorkshop implements Workshop {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final List<String> givenUp = new CopyOnWriteArrayList<>();

    @Override
    public boolean mayBeSlow(Bytes32 model) {
      return model.equals(SLOW);
    }

    @Override
    public void giveUp(Bytes32 model, String why) {
      assertThat(model).isEqualTo(SLOW);
      givenUp.add(why);
    }

    @Override
    public Optional<Work> work(Bytes32 model, byte[] input) {
      throw new AssertionError("nobody asks so");
    }

    @Override
    public Optional<Work> work(Bytes32 model, byte[] input, Progress progress) {
      while (model.equals(SLOW) && mayEnd.getCount() > 0) {
        progress.at(1, 10);
        begun.countDown();
        Thread.onSpinWait();
      }
      return Optional.of(new SizedWork(0));
    }
  }

  @Test
  void aRunOfAStrangersModelKeepsNobodyWaitingAndIsEndedWhenItTakesTooLong() {
    StrangersWorkshop strange = new StrangersWorkshop();
    OwnRuns runs = runs(strange);
    assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    await(strange.begun);
    Conclusion _ =
        eventually(
            runs,
            () -> {
              assertThat(result(runs, SLOW)).isEmpty();
              return result(runs, QUICK);
            });
    nanos.addAndGet((TOO_LONG - 1) * 1_000_000_000);
    assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    assertThat(strange.givenUp).isEmpty();
    nanos.addAndGet(1_000_000_000);
    while (skipped.isEmpty()) {
      assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    }
    assertThat(strange.givenUp)
        .containsExactly(
            "its run was ended after 21601.0 s, which are more than a quarter of the window");
    assertThat(skipped).containsOnly(strange.givenUp.getFirst());
    assertThat(runs.mayEnter(request(SLOW).id())).as("nothing is known of it").isTrue();
    strange.mayEnd.countDown();
  }

  @Test
  void aRunThatAGameNeedsGoesOnHoweverStrangeItsModelIs() {
    StrangersWorkshop strange = new StrangersWorkshop();
    OwnRuns runs = runs(strange);
    assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    await(strange.begun);
    assertThat(look(runs, () -> play(runs, SLOW))).isEmpty();
    nanos.addAndGet(TOO_LONG * 1_000_000_000);
    assertThat(look(runs, () -> play(runs, SLOW))).isEmpty();
    strange.mayEnd.countDown();
    Work.Result _ = eventually(runs, () -> play(runs, SLOW));
    assertThat(strange.givenUp).isEmpty();
  }

  @Test
  void aRunThatNobodyNeedsAnyMoreIsEnded() {
    StrangersWorkshop strange = new StrangersWorkshop();
    OwnRuns runs = runs(strange);
    assertThat(look(runs, () -> result(runs, SLOW))).isEmpty();
    await(strange.begun);
    while (!rows.all().isEmpty()) {
      look(runs, () -> true);
    }
    assertThat(strange.mayEnd.getCount()).as("it did not come to its end").isEqualTo(1);
    assertThat(strange.givenUp).isEmpty();
    assertThat(runs.areMade()).isFalse();
  }
}

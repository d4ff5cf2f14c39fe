package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import opml.core.account.Address;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
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
import org.junit.jupiter.api.Test;

class OwnRunsTest {
  private static final Bytes32 SLOW = Bytes32.ofWord(1);
  private static final Bytes32 QUICK = Bytes32.ofWord(2);

  private final List<String> skipped = new ArrayList<>();
  private final List<Entry> told = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private double stepsPerSecond = 1e9;
  private int made;

  private OwnRuns runs(Workshop workshop) {
    return new OwnRuns(
        workshop,
        _ -> new byte[0],
        _ -> new byte[0],
        () -> new TimeLimits(Parameters.DEFAULT, stepsPerSecond),
        Agent.Caution.DEFAULT,
        told::add,
        (_, why) -> skipped.add(why),
        Host.HERE,
        nanos::get);
  }

  private static final ClaimId CLAIM = new ClaimId(Bytes32.ZERO);

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

  @Test
  void aLongRunKeepsNoGameWaitingAndIsThereLater() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    OwnRuns runs =
        runs(
            (model, _) -> {
              if (model.equals(SLOW)) {
                made++;
                begun.countDown();
                await(mayEnd);
                ended.countDown();
              }
              return Optional.of(new SizedWork(0));
            });
    runs.look();
    assertThat(runs.result(request(SLOW))).isEmpty();
    assertThat(runs.areBehind()).isTrue();
    begun.await();
    List<Work> played = new ArrayList<>();
    runs.look();
    runs.play(request(QUICK), CLAIM, played::add);
    assertThat(played).as("a game on another run, meanwhile").hasSize(1);
    mayEnd.countDown();
    ended.await();
    assertThat(runs.result(request(SLOW))).isPresent();
    assertThat(runs.evidenceBytes(request(SLOW).id())).isEqualTo(SizedWork.EVIDENCE_BYTES);
    assertThat(made).isEqualTo(1);
  }

  @Test
  void aRunThatWasLetGoComesBackBesideTheLookAndNoOtherGameWaits() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    OwnRuns runs =
        runs(
            (model, _) -> {
              if (model.equals(SLOW) && made++ > 0) {
                await(mayEnd);
              }
              return Optional.of(new SizedWork(0));
            });
    List<Bytes32> played = new ArrayList<>();
    runs.look();
    runs.play(request(SLOW), CLAIM, _ -> played.add(SLOW));
    runs.play(request(QUICK), CLAIM, _ -> played.add(QUICK));
    assertThat(played).containsExactly(SLOW, QUICK);

    // As a full shelf does.
    runs.tidy(Set.of(request(QUICK).id()), Set.of());
    for (int i = 0; i < 2; i++) {
      played.clear();
      runs.look();
      runs.play(request(SLOW), CLAIM, _ -> played.add(SLOW));
      runs.play(request(QUICK), CLAIM, _ -> played.add(QUICK));
      assertThat(played).as("meanwhile").containsExactly(QUICK);
      assertThat(runs.areBehind()).isTrue();
    }
    mayEnd.countDown();
    played.clear();
    runs.look();
    runs.play(request(SLOW), CLAIM, _ -> played.add(SLOW));
    assertThat(played).containsExactly(SLOW);
    assertThat(made).as("it was made twice, not at each look").isEqualTo(2);
  }

  @Test
  void aGameThatNeedsItsRunAgainDoesNotWaitForWhatSomebodyNewAskedFor() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    OwnRuns runs =
        runs(
            (model, _) -> {
              if (model.equals(SLOW)) {
                await(mayEnd);
              }
              return Optional.of(new SizedWork(0));
            });
    runs.look();
    assertThat(runs.result(request(SLOW))).isEmpty();
    runs.look();
    List<Work> played = new ArrayList<>();
    runs.play(request(QUICK), CLAIM, played::add);
    assertThat(played).hasSize(1);
    // The same run for a game: there is no second one.
    runs.play(request(SLOW), CLAIM, played::add);
    assertThat(played).hasSize(1);
    mayEnd.countDown();
    runs.look();
    runs.play(request(SLOW), CLAIM, played::add);
    assertThat(played).hasSize(2);
  }

  @Test
  void aModelsFileThatWasChangedIsNoBugOfOurs() {
    OwnRuns runs =
        runs(
            (model, _) -> {
              throw model.equals(SLOW)
                  ? new MalformedException("model.gguf: somebody has changed the file")
                  : new IllegalStateException("broken");
            });
    runs.look();
    assertThat(runs.result(request(SLOW))).isEmpty();
    assertThat(runs.result(request(QUICK))).isEmpty();
    assertThat(skipped)
        .containsExactly(
            "model.gguf: somebody has changed the file; this agent is to be started anew",
            "our run broke, which is a bug: java.lang.IllegalStateException: broken");
  }

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
    runs.look();
    assertThat(runs.result(request(SLOW))).isEmpty();
    await(begun);
    for (int second = 1; second <= 11; second++) {
      nanos.addAndGet(1_000_000_000);
      runs.look();
    }
    RequestId id = request(SLOW).id();
    assertThat(told)
        .containsExactly(
            new Entry.Computing(id, 48, 1000, 5), new Entry.Computing(id, 48, 1000, 10));
    mayEnd.countDown();
    runs.look();
    assertThat(runs.result(request(SLOW))).isPresent();
    assertThat(told).hasSize(3).last().isInstanceOf(Entry.Computed.class);
  }

  @Test
  void aSlowMachineStakesNothingOnWhatAFastOneDoes() {
    // A tenth of the allowance of half a day are 4320 s.
    SizedWork work = new SizedWork(0).replayedIn(4_320_000_000L);
    OwnRuns runs = runs((_, _) -> Optional.of(work));
    runs.look();
    stepsPerSecond = 1e6;
    assertThat(runs.result(request(QUICK))).isPresent();
    assertThat(runs.mayEnter(request(QUICK).id())).isTrue();
    stepsPerSecond = 0.99e6;
    assertThat(runs.result(request(SLOW))).isPresent();
    assertThat(runs.mayEnter(request(SLOW).id())).isFalse();
    assertThat(skipped)
        .singleElement()
        .asString()
        .isEqualTo(
            "replaying a node may take 4363.6 s, more than a tenth of the allowance of 43200 s");
  }

  @Test
  void aMachineThatWasSlowForAMomentStakesOnTheRunOnceItIsFastAgain() {
    SizedWork work = new SizedWork(0).replayedIn(4_320_000_000L);
    OwnRuns runs = runs((_, _) -> Optional.of(work));
    runs.look();
    stepsPerSecond = 0.5e6;
    assertThat(runs.result(request(QUICK))).isPresent();
    assertThat(runs.mayEnter(request(QUICK).id())).isFalse();
    stepsPerSecond = 1e6;
    runs.look();
    assertThat(runs.mayEnter(request(QUICK).id())).isTrue();
  }

  @Test
  void aMachineThatHasBecomeSlowStakesNothingOnARunThatOnceFitted() {
    SizedWork work = new SizedWork(0).replayedIn(4_320_000_000L);
    OwnRuns runs = runs((_, _) -> Optional.of(work));
    runs.look();
    stepsPerSecond = 1e6;
    assertThat(runs.result(request(QUICK))).isPresent();
    stepsPerSecond = 0.5e6;
    assertThat(runs.mayEnter(request(QUICK).id())).isFalse();
  }

  /// A quarter of the window of a day are 21,600 s.
  private static final long TOO_LONG = 21_601;

  @Test
  void aRunThatTookTooLongIsMadeAgainOnceInAWhileAndStakedOnWhenItIsQuick() {
    CountDownLatch[] ends = {new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1)};
    long[] seconds = {TOO_LONG, TOO_LONG, 5};
    List<SizedWork> works = new ArrayList<>();
    OwnRuns runs =
        runs(
            (_, _) -> {
              await(ends[made]);
              nanos.addAndGet(seconds[made] * 1_000_000_000);
              made++;
              works.add(new SizedWork(0));
              return Optional.of(works.getLast());
            });
    SeenRequest request = request(SLOW);
    for (int time = 0; time < 3; time++) {
      runs.look();
      assertThat(runs.result(request)).isNotNull();
      ends[time].countDown();
      untilMade(runs, request, time + 1);
      assertThat(runs.mayEnter(request.id())).as("time %d", time).isEqualTo(time == 2);
      assertThat(works).hasSize(time + 1);
      long pause = TOO_LONG << time;
      nanos.addAndGet((pause - 1) * 1_000_000_000);
      runs.look();
      assertThat(runs.result(request)).isPresent();
      assertThat(runs.areBehind()).isFalse();
      nanos.addAndGet(1_000_000_000);
    }
    assertThat(works.get(0).isRetired()).isTrue();
    assertThat(works.get(0).rested()).isTrue();
    assertThat(works.get(2).isRetired()).isFalse();
    runs.look();
    assertThat(runs.result(request)).isPresent();
    assertThat(made).as("a run that is quick is not made again").isEqualTo(3);
    assertThat(computed()).isEqualTo(3);
    assertThat(skipped).hasSize(2).allSatisfy(why -> assertThat(why).contains("a run takes 21601"));
  }

  @Test
  void aRunThatAGameIsAboutIsNotMadeAgainHoweverLongItTook() {
    OwnRuns runs =
        runs(
            (_, _) -> {
              made++;
              nanos.addAndGet(TOO_LONG * 1_000_000_000);
              return Optional.of(new SizedWork(0));
            });
    SeenRequest request = request(SLOW);
    runs.look();
    assertThat(runs.result(request)).isNotNull();
    untilMade(runs, request, 1);
    for (boolean played : new boolean[] {true, false}) {
      runs.tidy(Set.of(request.id()), played ? Set.of(request.id()) : Set.of());
      nanos.addAndGet(2 * TOO_LONG * 1_000_000_000);
      runs.look();
      assertThat(runs.result(request)).isPresent();
      untilMade(runs, request, played ? 1 : 2);
    }
  }

  /// Has a stranger's model of which a run lasts until it is let end, or is ended.
  private static final class StrangersWorkshop implements Workshop {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final List<String> givenUp = new ArrayList<>();

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
    runs.look();
    assertThat(runs.result(request(SLOW))).isEmpty();
    assertThat(runs.areBehind()).isFalse();
    assertThat(runs.result(request(QUICK))).as("in the same look").isPresent();
    await(strange.begun);
    nanos.addAndGet((TOO_LONG - 1) * 1_000_000_000);
    runs.look();
    assertThat(strange.givenUp).isEmpty();
    assertThat(runs.result(request(SLOW))).isEmpty();
    nanos.addAndGet(1_000_000_000);
    while (strange.givenUp.isEmpty()) {
      runs.look();
    }
    assertThat(strange.givenUp)
        .containsExactly(
            "its run was ended after 21601.0 s, which are more than a quarter of the window");
    assertThat(skipped).isEqualTo(strange.givenUp);
    assertThat(runs.mayEnter(request(SLOW).id())).as("nothing is known of it").isTrue();
    strange.mayEnd.countDown();
  }

  @Test
  void aRunThatAGameNeedsGoesOnHoweverStrangeItsModelIs() {
    StrangersWorkshop strange = new StrangersWorkshop();
    OwnRuns runs = runs(strange);
    List<Work> played = new ArrayList<>();
    runs.look();
    assertThat(runs.result(request(SLOW))).isEmpty();
    await(strange.begun);
    nanos.addAndGet(TOO_LONG * 1_000_000_000);
    runs.play(request(SLOW), CLAIM, played::add);
    assertThat(played).isEmpty();
    runs.look();
    strange.mayEnd.countDown();
    while (played.isEmpty()) {
      runs.look();
      runs.play(request(SLOW), CLAIM, played::add);
    }
    assertThat(strange.givenUp).isEmpty();
  }

  private long computed() {
    return told.stream().filter(Entry.Computed.class::isInstance).count();
  }

  private void untilMade(OwnRuns runs, SeenRequest request, int times) {
    while (computed() < times) {
      Thread.onSpinWait();
      runs.look();
    }
    assertThat(made).isEqualTo(times);
    assertThat(runs.result(request)).isPresent();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatDoesNotFitTheMemoryIsToldAndNotTriedAgain() {
    OwnRuns runs =
        runs(
            (_, _) -> {
              made++;
              throw new NoRoomException("a run", 3L << 20, 2L << 20);
            });
    for (int i = 0; i < 3; i++) {
      runs.look();
      assertThat(runs.result(request(QUICK))).isEmpty();
      runs.play(request(QUICK), CLAIM, _ -> {});
    }
    assertThat(made).isEqualTo(1);
    assertThat(skipped)
        .containsExactly(
            "a run takes 3 MiB of memory, and this process has room for 2:"
                + " give it a larger heap (-Xmx)");
  }

  @Test
  void aMoveThatDoesNotFitTheMemoryEndsNothingElse() {
    OwnRuns runs = runs((_, _) -> Optional.of(new SizedWork(0)));
    runs.look();
    runs.play(
        request(QUICK),
        CLAIM,
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
    runs.look();
    assertThatThrownBy(() -> runs.result(request(QUICK))).isInstanceOf(OutOfMemoryError.class);
  }
}

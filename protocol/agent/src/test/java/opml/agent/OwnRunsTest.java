package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.game.claim.Availability;
import opml.game.claim.Request;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.game.move.Parameters;
import opml.game.work.NoRoomException;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Picture.SeenRequest;
import org.junit.jupiter.api.Test;

class OwnRunsTest {
  private static final Bytes32 SLOW = Bytes32.ofWord(1);
  private static final Bytes32 QUICK = Bytes32.ofWord(2);

  private final List<String> skipped = new ArrayList<>();
  private int made;

  private OwnRuns runs(Workshop workshop) {
    return new OwnRuns(
        workshop,
        _ -> new byte[0],
        Parameters.DEFAULT,
        Agent.Caution.DEFAULT,
        Journal.SILENT,
        (_, why) -> skipped.add(why));
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
    runs.play(request(QUICK), played::add);
    assertThat(played).as("a game on another run, meanwhile").hasSize(1);
    mayEnd.countDown();
    ended.await();
    assertThat(runs.result(request(SLOW))).isPresent();
    assertThat(runs.evidenceBytes(request(SLOW).id())).isEqualTo(SizedWork.EVIDENCE_BYTES);
    assertThat(made).isEqualTo(1);
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
      runs.play(request(QUICK), _ -> {});
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

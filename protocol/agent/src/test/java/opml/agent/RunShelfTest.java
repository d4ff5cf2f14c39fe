package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import opml.core.hash.Bytes32;
import opml.game.claim.RequestId;
import org.junit.jupiter.api.Test;

class RunShelfTest {
  private static final long KEPT = 1 << 20;

  private final RunShelf runs = new RunShelf(() -> 3 * KEPT);

  @Test
  void onlyAsManyRunsAreKeptAsFitTheBoundThoseUsedLast() {
    SizedWork first = put(1);
    SizedWork second = put(2);
    assertThat(runs.work(RunShelf.Subject.of(id(1)))).contains(first);
    put(3);
    assertThat(runs.work(RunShelf.Subject.of(id(2)))).isEmpty();
    assertThat(second.rested()).isTrue();
    assertThat(first.rested()).isFalse();
    assertThat(runs.work(RunShelf.Subject.of(id(1)))).contains(first);
    assertThat(runs.known(RunShelf.Subject.of(id(2)))).as("its result is small").isPresent();
  }

  @Test
  void oneRunIsKeptHoweverLargeItIs() {
    RunShelf small = new RunShelf(() -> 1);
    small.put(RunShelf.Subject.of(id(1)), new SizedWork(KEPT));
    assertThat(small.work(RunShelf.Subject.of(id(1)))).isPresent();
    small.put(RunShelf.Subject.of(id(2)), new SizedWork(KEPT));
    assertThat(small.work(RunShelf.Subject.of(id(1)))).isEmpty();
    assertThat(small.work(RunShelf.Subject.of(id(2)))).isPresent();
  }

  @Test
  void runsOfEndedRequestsAreLetGo() {
    SizedWork first = put(1);
    SizedWork second = put(2);
    runs.keepOnly(Set.of(id(2)));
    assertThat(runs.work(RunShelf.Subject.of(id(1)))).isEmpty();
    assertThat(runs.known(RunShelf.Subject.of(id(1)))).isEmpty();
    assertThat(first.rested()).isTrue();
    assertThat(runs.work(RunShelf.Subject.of(id(2)))).contains(second);
    assertThat(second.rested()).isFalse();
  }

  @Test
  void runsThatAreNotPlayedRest() {
    SizedWork first = put(1);
    SizedWork second = put(2);
    runs.restAllBut(Set.of(id(1)));
    assertThat(first.rested()).isFalse();
    assertThat(second.rested()).isTrue();
  }

  private SizedWork put(long number) {
    SizedWork work = new SizedWork(KEPT);
    runs.put(RunShelf.Subject.of(id(number)), work);
    runs.put(RunShelf.Subject.of(id(number)), RunShelf.Known.NOTHING);
    return work;
  }

  private static RequestId id(long number) {
    return new RequestId(Bytes32.ofWord(number));
  }
}

package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.core.hash.Bytes32;
import opml.game.claim.RequestId;
import opml.game.trace.Trace;
import opml.game.work.Work;
import org.junit.jupiter.api.Test;

class RunShelfTest {
  private static final long KEPT = 1 << 20;

  private final RunShelf runs = new RunShelf(3 * KEPT);

  @Test
  void onlyAsManyRunsAreKeptAsFitTheBoundThoseUsedLast() {
    Large first = put(1);
    Large second = put(2);
    assertThat(runs.work(id(1))).contains(first);
    put(3);
    assertThat(runs.work(id(2))).isEmpty();
    assertThat(second.rested).isTrue();
    assertThat(first.rested).isFalse();
    assertThat(runs.work(id(1))).contains(first);
    assertThat(runs.known(id(2))).as("its result is small").isPresent();
  }

  @Test
  void oneRunIsKeptHoweverLargeItIs() {
    RunShelf small = new RunShelf(1);
    small.put(id(1), new Large());
    assertThat(small.work(id(1))).isPresent();
    small.put(id(2), new Large());
    assertThat(small.work(id(1))).isEmpty();
    assertThat(small.work(id(2))).isPresent();
  }

  @Test
  void runsOfEndedRequestsAreLetGo() {
    Large first = put(1);
    Large second = put(2);
    runs.keepOnly(Set.of(id(2)));
    assertThat(runs.work(id(1))).isEmpty();
    assertThat(runs.known(id(1))).isEmpty();
    assertThat(first.rested).isTrue();
    assertThat(runs.work(id(2))).contains(second);
    assertThat(second.rested).isFalse();
  }

  @Test
  void runsThatAreNotPlayedRest() {
    Large first = put(1);
    Large second = put(2);
    runs.restAllBut(Set.of(id(1)));
    assertThat(first.rested).isFalse();
    assertThat(second.rested).isTrue();
  }

  private Large put(long number) {
    Large work = new Large();
    runs.put(id(number), work);
    runs.put(id(number), new RunShelf.Known(Optional.empty(), 0, Optional.empty()));
    return work;
  }

  private static RequestId id(long number) {
    return new RequestId(Bytes32.ofWord(number));
  }

  /// A run of which only its size matters here.
  private static final class Large implements Work {
    private boolean rested;

    @Override
    public long keptBytes() {
      return KEPT;
    }

    @Override
    public void rest() {
      rested = true;
    }

    @Override
    public Trace trace() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Result result() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long replaySteps() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long gasOfASide() {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] claimEvidence() {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] openingEvidence() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Refinement refinement(long step, List<Bytes32> states) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Execution execution(List<Long> path, long step) {
      throw new UnsupportedOperationException();
    }
  }
}

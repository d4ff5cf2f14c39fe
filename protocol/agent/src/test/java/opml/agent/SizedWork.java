package opml.agent;

import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.trace.Trace;
import opml.game.work.Work;

/// A run of which only its size matters, and that it is there.
final class SizedWork implements Work {
  static final int EVIDENCE_BYTES = 7;

  private final long keptBytes;
  private long replaySteps = 1;
  private boolean isWrong;
  private Bytes32 finalState = Bytes32.ZERO;
  private volatile boolean rested;
  private volatile boolean retired;

  SizedWork(long keptBytes) {
    this.keptBytes = keptBytes;
  }

  /// {@return this run, of which a step may take so many instructions}
  SizedWork replayedIn(long steps) {
    replaySteps = steps;
    return this;
  }

  /// {@return this run, which the machine contradicts}
  SizedWork contradicted() {
    isWrong = true;
    return this;
  }

  /// {@return this run, with another end}
  SizedWork endingIn(Bytes32 state) {
    finalState = state;
    return this;
  }

  boolean rested() {
    return rested;
  }

  @Override
  public long keptBytes() {
    return keptBytes;
  }

  @Override
  public void rest() {
    rested = true;
  }

  boolean isRetired() {
    return retired;
  }

  @Override
  public void retire() {
    retired = true;
  }

  @Override
  public Result result() {
    return new Result(0, Bytes32.ZERO, new byte[0], finalState);
  }

  @Override
  public byte[] claimEvidence() {
    return new byte[EVIDENCE_BYTES];
  }

  @Override
  public long replaySteps() {
    return replaySteps;
  }

  @Override
  public long gasOfASide() {
    return 1;
  }

  @Override
  public Optional<String> audit(long step) {
    return isWrong ? Optional.of("step %d is another".formatted(step)) : Optional.empty();
  }

  /// Five steps, each of which runs.
  @Override
  public Trace trace() {
    return new Trace() {
      @Override
      public long length() {
        return 5;
      }

      @Override
      public Bytes32 context() {
        return Bytes32.ZERO;
      }

      @Override
      public Bytes32 at(long index) {
        return finalState;
      }

      @Override
      public Optional<Trace> refine(long step) {
        return Optional.of(this);
      }
    };
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

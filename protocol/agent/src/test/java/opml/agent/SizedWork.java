package opml.agent;

import java.util.List;
import opml.core.hash.Bytes32;
import opml.game.trace.Trace;
import opml.game.work.Work;

/// A run of which only its size matters, and that it is there.
final class SizedWork implements Work {
  static final int EVIDENCE_BYTES = 7;

  private final long keptBytes;
  private long replaySteps = 1;
  private boolean rested;
  private boolean retired;

  SizedWork(long keptBytes) {
    this.keptBytes = keptBytes;
  }

  /// {@return this run, of which a step may take so many instructions}
  SizedWork replayedIn(long steps) {
    replaySteps = steps;
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
    return new Result(0, Bytes32.ZERO, new byte[0], Bytes32.ZERO);
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
  public Trace trace() {
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

package opml.lab.role;

import java.util.List;
import opml.core.hash.Bytes32;
import opml.game.trace.Trace;
import opml.game.work.Work;

/// Somebody's work, with something said otherwise.
class Reworded implements Work {
  private final Work work;

  Reworded(Work work) {
    this.work = work;
  }

  @Override
  public Trace trace() {
    return work.trace();
  }

  @Override
  public Result result() {
    return work.result();
  }

  @Override
  public long replaySteps() {
    return work.replaySteps();
  }

  @Override
  public long gasOfASide() {
    return work.gasOfASide();
  }

  @Override
  public byte[] claimEvidence() {
    return work.claimEvidence();
  }

  @Override
  public byte[] openingEvidence() {
    return work.openingEvidence();
  }

  @Override
  public Refinement refinement(long step, List<Bytes32> states) {
    return work.refinement(step, states);
  }

  @Override
  public Execution execution(List<Long> path, long step) {
    return work.execution(path, step);
  }
}

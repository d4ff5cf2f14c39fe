package opml.lab.scenario;

import java.util.List;
import java.util.Optional;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.game.trace.Trace;
import opml.game.work.Work;

/// True states up to a node, and hashes of nothing behind it. Its owner can post lists, but show nothing for them;
/// whoever claims with it needs a final state that opens, so it is a challenger's work.
record NonsenseWork(Work honest, int node) implements Work {
  @Override
  public Trace trace() {
    return new NonsenseTrace(honest.trace(), node);
  }

  @Override
  public Result result() {
    Trace trace = trace();
    Result truth = honest.result();
    return new Result(
        truth.status(),
        truth.slotsRoot(),
        truth.output(),
        trace.at(trace.length()),
        truth.outputRoot());
  }

  @Override
  public long replaySteps() {
    return honest.replaySteps();
  }

  @Override
  public long gasOfASide() {
    return honest.gasOfASide();
  }

  @Override
  public byte[] claimEvidence() {
    return honest.claimEvidence();
  }

  @Override
  public byte[] openingEvidence() {
    return honest.openingEvidence();
  }

  @Override
  public Refinement refinement(long step, List<Bytes32> states) {
    return honest.refinement(step, states);
  }

  @Override
  public Execution execution(List<Long> path, long step) {
    return honest.execution(path, step);
  }

  private record NonsenseTrace(Trace honest, long from) implements Trace {
    @Override
    public long length() {
      return honest.length();
    }

    @Override
    public Bytes32 context() {
      return honest.context();
    }

    @Override
    public Bytes32 at(long index) {
      return index <= from
          ? honest.at(index)
          : Preimage.tagged("nonsense").word(honest.at(index)).word(index).hash();
    }

    @Override
    public Optional<Trace> refine(long step) {
      return honest.refine(step).map(below -> new NonsenseTrace(below, 0));
    }
  }
}

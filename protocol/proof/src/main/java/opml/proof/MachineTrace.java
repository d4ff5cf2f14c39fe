package opml.proof;

import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.trace.Trace;
import opml.vm.state.MachineState;

/// The level-1 trace of a node: one state an instruction, `2^stepsLog2` instructions.
final class MachineTrace implements Trace {
  private final MachineRun run;
  private final long length;

  MachineTrace(MachineRun run, int stepsLog2) {
    this.run = run;
    this.length = 1L << stepsLog2;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public Bytes32 context() {
    return run.program().commitment();
  }

  @Override
  public Bytes32 at(long index) {
    return run.stateAt(index).hash();
  }

  @Override
  public List<Bytes32> at(long[] indexes) {
    return run.statesAt(indexes).stream().map(MachineState::hash).toList();
  }

  @Override
  public Optional<Trace> refine(long step) {
    throw new UnsupportedOperationException("an instruction is executed, not refined");
  }
}

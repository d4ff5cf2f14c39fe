package opml.proof;

import java.util.List;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// One of the [OpenRuns], whether it is open right now or not.
record ReopenedRun(OpenRuns runs, long step) implements MachineRun {
  @Override
  public Program program() {
    return runs.use(step, MachineRun::program);
  }

  @Override
  public MachineState stateAt(long index) {
    return runs.use(step, run -> run.stateAt(index));
  }

  @Override
  public List<MachineState> statesAt(long[] indexes) {
    return runs.use(step, run -> run.statesAt(indexes));
  }

  @Override
  public StepProof proofAt(long index) {
    return runs.use(step, run -> run.proofAt(index));
  }

  @Override
  public Memory memoryAt(long index) {
    return runs.use(step, run -> run.memoryAt(index));
  }
}

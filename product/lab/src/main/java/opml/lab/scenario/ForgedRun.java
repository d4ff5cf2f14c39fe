package opml.lab.scenario;

import opml.proof.MachineRun;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// A run that is one thing before a step and another from it on.
///
/// @param truth answers for the indexes below `from`
/// @param forgery answers for index `from` and all above, by the same numbers less `offset`
record ForgedRun(MachineRun truth, long from, MachineRun forgery, long offset)
    implements MachineRun {
  @Override
  public Program program() {
    return truth.program();
  }

  @Override
  public MachineState stateAt(long index) {
    return index < from ? truth.stateAt(index) : forgery.stateAt(index - offset);
  }

  @Override
  public StepProof proofAt(long index) {
    return index < from ? truth.proofAt(index) : forgery.proofAt(index - offset);
  }

  @Override
  public Memory memoryAt(long index) {
    return index < from ? truth.memoryAt(index) : forgery.memoryAt(index - offset);
  }
}

package opml.agent.work;

import opml.vm.checkpoint.Checkpoints;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// A run of a machine, with checkpoints where it was asked before.
public final class CheckpointedRun implements MachineRun {
  private final Program program;
  private final Checkpoints checkpoints;

  public CheckpointedRun(Machine machine) {
    this.program = machine.program();
    this.checkpoints = new Checkpoints(machine);
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public MachineState stateAt(long index) {
    return checkpoints.stateAt(index);
  }

  @Override
  public StepProof proofAt(long index) {
    return checkpoints.proofAt(index);
  }

  @Override
  public Memory memoryAt(long index) {
    return checkpoints.at(index).memory();
  }
}

package opml.proof;

import java.util.List;
import opml.vm.checkpoint.CheckpointPolicy;
import opml.vm.checkpoint.Checkpoints;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// A run of a machine, with checkpoints on the way and where it was asked before.
public final class CheckpointedRun implements MachineRun {
  private final Program program;
  private final Checkpoints checkpoints;
  private final Runnable giveBack;

  /// A run in a memory that goes back to its pool at the end.
  public CheckpointedRun(BorrowedMachine borrowed, CheckpointPolicy policy) {
    this(borrowed.machine(), policy, borrowed::close);
  }

  /// A run in a memory of its own.
  public CheckpointedRun(Machine machine) {
    this(machine, CheckpointPolicy.DEFAULT, () -> {});
  }

  private CheckpointedRun(Machine machine, CheckpointPolicy policy, Runnable giveBack) {
    this.program = machine.program();
    this.checkpoints = new Checkpoints(machine, policy);
    this.giveBack = giveBack;
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
  public List<MachineState> statesAt(long[] indexes) {
    return checkpoints.statesAt(indexes);
  }

  @Override
  public StepProof proofAt(long index) {
    return checkpoints.proofAt(index);
  }

  @Override
  public Memory memoryAt(long index) {
    return checkpoints.at(index).memory();
  }

  @Override
  public long keptBytes() {
    return checkpoints.keptBytes();
  }

  @Override
  public void close() {
    checkpoints.close();
    giveBack.run();
  }
}

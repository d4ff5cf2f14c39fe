package opml.proof;

import java.util.List;
import java.util.function.Supplier;
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
  private final Watch watch;
  private final Runnable giveBack;

  /// Hears how long replays take.
  @FunctionalInterface
  interface Watch {
    void ran(long steps, double seconds);
  }

  /// A run in a memory that goes back to its pool at the end.
  ///
  /// @param watch hears of each replay that a question takes, with all that is hashed and kept on the way
  CheckpointedRun(BorrowedMachine borrowed, CheckpointPolicy policy, Watch watch) {
    this(borrowed.machine(), policy, watch, borrowed::close);
  }

  /// A run in a memory of its own.
  public CheckpointedRun(Machine machine) {
    this(machine, CheckpointPolicy.DEFAULT, (_, _) -> {}, () -> {});
  }

  private CheckpointedRun(
      Machine machine, CheckpointPolicy policy, Watch watch, Runnable giveBack) {
    this.program = machine.program();
    this.checkpoints = new Checkpoints(machine, policy);
    this.watch = watch;
    this.giveBack = giveBack;
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public MachineState stateAt(long index) {
    return watched(() -> checkpoints.stateAt(index));
  }

  @Override
  public List<MachineState> statesAt(long[] indexes) {
    return watched(() -> checkpoints.statesAt(indexes));
  }

  @Override
  public StepProof proofAt(long index) {
    return watched(() -> checkpoints.proofAt(index));
  }

  @Override
  public Memory memoryAt(long index) {
    return watched(() -> checkpoints.at(index).memory());
  }

  private <T> T watched(Supplier<T> question) {
    long executed = checkpoints.executed();
    long begin = System.nanoTime();
    T answer = question.get();
    watch.ran(checkpoints.executed() - executed, (System.nanoTime() - begin) / 1e9);
    return answer;
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

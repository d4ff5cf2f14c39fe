package opml.vm.machine;

import opml.core.hash.Bytes32;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// A program that runs, and that can be stopped after any number of steps. What sort of machine it is shows in its
/// speed only.
public interface Machine {
  /// Makes machines of one sort, such as `Interpreter::new`.
  @FunctionalInterface
  interface Maker {
    /// {@return a machine that starts at `pc` with these registers}
    Machine of(Program program, Memory memory, long pc, long[] registers);
  }

  Program program();

  /// {@return the data memory; whoever writes to it between runs marks its pages dirty}
  Memory memory();

  /// {@return how many instructions were executed since the start, the halting one included}
  long steps();

  /// Runs on until `steps() == steps`, or until the machine halts.
  ///
  /// @throws IllegalArgumentException if more steps than that were executed already
  void runTo(long steps);

  /// Runs `count` more steps, or until the machine halts.
  default void run(long count) {
    runTo(Math.addExact(steps(), count));
  }

  /// {@return the exit field of the state: 0 while running}
  long exit();

  default boolean halted() {
    return exit() != MachineState.RUNNING;
  }

  /// {@return the state as it is now}
  MachineState state();

  /// {@return the state's commitment}
  default Bytes32 commitment() {
    return state().hash();
  }

  /// {@return the witness of the next step, which is not executed}
  StepProof prove();

  /// {@return the present point, to come back to}
  MachineSnapshot snapshot();

  /// Goes back, or forth, to a point of this machine's run.
  void restore(MachineSnapshot snapshot);
}

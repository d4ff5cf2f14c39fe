package opml.proof;

import java.util.Arrays;
import java.util.List;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// Random access to one run of a program. Index `n` is after `n` steps; from the halting step on nothing changes. A run
/// serves one thread, and is closed when it is not needed any more; until then it may hold a memory of a gigabyte.
public interface MachineRun extends AutoCloseable {
  Program program();

  /// {@return the state after `index` steps}
  MachineState stateAt(long index);

  /// {@return the states after so many steps each}. A run that has to go from one to the next overrides this, to pass
  /// all of them once.
  ///
  /// @param indexes ascending
  default List<MachineState> statesAt(long[] indexes) {
    return Arrays.stream(indexes).mapToObj(this::stateAt).toList();
  }

  /// {@return the witness of the step from state `index`}
  StepProof proofAt(long index);

  /// {@return the memory after `index` steps, until the next call}
  Memory memoryAt(long index);

  /// {@return about how many bytes this run keeps besides its machine's memory}
  default long keptBytes() {
    return 0;
  }

  /// Gives back what the run holds. It is not used afterwards.
  @Override
  default void close() {}
}

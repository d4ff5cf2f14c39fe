package opml.lab.scenario;

import java.util.List;
import opml.proof.MachineRun;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import opml.vm.step.StepProof;

/// A machine that has halted, with a memory that it did not halt with.
final class HaltedRun implements MachineRun {
  private final Program program;
  private final MachineState state;
  private final Memory memory;

  HaltedRun(Program program, MachineState halted, MemoryImage image) {
    this.program = program;
    this.memory = new Memory(image);
    this.state = new MachineState(memory.root(), halted.pc(), halted.exit(), halted.registers());
  }

  @Override
  public Program program() {
    return program;
  }

  @Override
  public MachineState stateAt(long index) {
    return state;
  }

  @Override
  public StepProof proofAt(long index) {
    return new StepProof(state, List.of());
  }

  @Override
  public Memory memoryAt(long index) {
    return memory;
  }
}

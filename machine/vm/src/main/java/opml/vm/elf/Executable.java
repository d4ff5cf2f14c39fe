package opml.vm.elf;

import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;

/// A loaded executable. On which sort of machine it runs is its caller's choice.
///
/// @param program its code, at the addresses it was linked for, less the base
/// @param memory all its loadable bytes, code included, so that constants among the code can be read
/// @param entry pc of the first instruction
/// @param base what was taken off the addresses of its file, see [Elf64]; mostly 0
public record Executable(Program program, MemoryImage memory, long entry, long base) {
  /// How a run ended.
  ///
  /// @param state the last state; see [MachineState#hasExited()] and [MachineState#halted()]
  /// @param steps instructions executed
  public record Outcome(MachineState state, long steps) {}

  /// {@return a machine at the entry, all registers 0, in a memory of its own}
  ///
  /// There is nobody to set sp. A program may set it itself; one that does not has its stack at the top of the memory,
  /// since addresses wrap around: the first push from sp = 0 lands there.
  ///
  /// @throws MemoryShortException if this JVM cannot have the memory
  public Machine machine(Machine.Maker maker) {
    return machine(maker, newMemory());
  }

  /// {@return the same in a memory that holds this executable's image}
  public Machine machine(Machine.Maker maker, Memory memory) {
    return maker.of(program, memory, entry, new long[MachineState.REGISTERS]);
  }

  /// {@return a memory as the program finds it}
  ///
  /// @throws MemoryShortException if this JVM cannot have so much
  public Memory newMemory() {
    try {
      return new Memory(memory);
    } catch (OutOfMemoryError e) {
      throw new MemoryShortException(memory.size(), e);
    }
  }

  /// Runs from the entry until the program halts, for at most `limit` steps.
  public Outcome run(Machine.Maker maker, long limit) {
    Machine machine = machine(maker);
    machine.runTo(limit);
    return new Outcome(machine.state(), machine.steps());
  }
}

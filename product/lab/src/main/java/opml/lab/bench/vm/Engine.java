package opml.lab.bench.vm;

import opml.vm.elf.Executable;
import opml.vm.jit.JitMachine;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.Memory;

/// The two ways to run many steps.
enum Engine {
  JIT,
  INTERPRETER;

  /// {@return a machine at the executable's entry; the memory holds the executable's image}
  Machine machine(Executable executable, Memory memory) {
    return switch (this) {
      case JIT -> executable.machine(JitMachine::new, memory);
      case INTERPRETER -> executable.machine(Interpreter::new, memory);
    };
  }
}

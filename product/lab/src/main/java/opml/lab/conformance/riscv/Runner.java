package opml.lab.conformance.riscv;

import java.util.List;
import opml.vm.elf.Executable;
import opml.vm.jit.JitMachine;
import opml.vm.jit.JitSettings;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.DirectAccess;
import opml.vm.step.Step;

/// One way to run an executable. The first of [#all()] is what the others are compared with.
///
/// @param most steps it can do in reasonable time
public record Runner(String name, long most, Way way) {
  /// Runs from the entry to the halt, or for `limit` steps.
  @FunctionalInterface
  public interface Way {
    Executable.Outcome run(Executable executable, long limit);
  }

  /// {@return every way there is}
  ///
  /// @param steps the most that `Step` runs through; of longer programs it executes samples
  public static List<Runner> all(long steps) {
    return List.of(
        new Runner("interpreter", Long.MAX_VALUE, on(Interpreter::new)),
        new Runner("JIT", Long.MAX_VALUE, on(Runner::eager)),
        new Runner("Step", steps, Runner::step));
  }

  private static Way on(Machine.Maker maker) {
    return (executable, limit) -> executable.run(maker, limit);
  }

  /// Translates at once, since these programs are short.
  private static Machine eager(Program program, Memory memory, long pc, long[] registers) {
    return new JitMachine(program, memory, pc, registers, JitSettings.EAGER);
  }

  private static Executable.Outcome step(Executable executable, long limit) {
    DirectAccess access =
        new DirectAccess(
            executable.program(),
            executable.newMemory(),
            executable.entry(),
            MachineState.RUNNING,
            new long[MachineState.REGISTERS]);
    long done = 0;
    while (done < limit && access.exit() == MachineState.RUNNING) {
      Step.step(access);
      done++;
    }
    return new Executable.Outcome(access.state(), done);
  }
}

package opml.vm.jit;

import opml.vm.Asm;
import opml.vm.isa.Op;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;

/// A run that other JVMs are started for; also the loops that it runs.
final class JitProbe {
  static final int DEPTH = 9;
  static final long STEPS = 30_000;

  private JitProbe() {}

  /// {@return two loops, one after the other, without end}
  static Program program() {
    byte[] code =
        new Asm()
            .label("begin")
            .li(Asm.T0, 100)
            .label("first")
            .op(Op.ADDI, Asm.T1, Asm.T1, 7)
            .store(Op.SD, Asm.T1, Asm.T0, 0)
            .op(Op.ADDI, Asm.T0, Asm.T0, -1)
            .branch(Op.BNE, Asm.T0, Asm.ZERO, "first")
            .li(Asm.T0, 100)
            .label("second")
            .op(Op.SLLI, Asm.T2, Asm.T1, 1)
            .op(Op.ADD, Asm.T1, Asm.T1, Asm.T2)
            .op(Op.ADDI, Asm.T0, Asm.T0, -1)
            .branch(Op.BNE, Asm.T0, Asm.ZERO, "second")
            .jal(Asm.ZERO, "begin")
            .bytes();
    return Program.of(code, DEPTH);
  }

  /// A machine whose regions are made by `loader`.
  static JitMachine machine(Translation.Loader loader, JitSettings settings) {
    Memory memory = new Memory(MemoryImage.zero(DEPTH));
    Translation translation = new Translation(program(), memory, settings, new CodeCache(), loader);
    return new JitMachine(program(), memory, 0, new long[MachineState.REGISTERS], translation);
  }

  /// Prints the machine's class, the commitment after the run, and the number of regions.
  ///
  /// @param arguments `chosen` for the machine that is taken here, `failing` for one that no class is loaded for
  public static void main(String[] arguments) {
    Machine machine =
        arguments[0].equals("chosen")
            ? Machines.of(program(), MemoryImage.zero(DEPTH))
            : machine(
                (type, data) -> {
                  throw new LinkageError("as the test wants");
                },
                JitSettings.EAGER);
    machine.run(STEPS);
    System.out.println(machine.getClass().getSimpleName());
    System.out.println(machine.commitment());
    System.out.println(machine instanceof JitMachine jit ? jit.regions() : 0);
  }
}

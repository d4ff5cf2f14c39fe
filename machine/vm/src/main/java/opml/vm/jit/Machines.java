package opml.vm.jit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;
import org.jspecify.annotations.Nullable;

/// The fastest machine there is here. `-Dopml.vm=interpreter` asks for the interpreter, which is also taken where
/// translated code would not be compiled; the log says so once.
public final class Machines {
  private static final @Nullable String WHY_NOT =
      whyNot(System.getProperty("opml.vm", ""), System.getProperty("java.vm.info", ""));

  static {
    if (WHY_NOT != null) {
      Logger log = System.getLogger(Machines.class.getName());
      log.log(Level.INFO, "programs are interpreted: " + WHY_NOT);
    }
  }

  private Machines() {}

  /// {@return a machine at the start of a program: everything 0 but the memory}
  public static Machine of(Program program, MemoryImage image) {
    return of(program, new Memory(image), 0, new long[MachineState.REGISTERS]);
  }

  /// {@return a machine that starts at `pc` with these registers}
  public static Machine of(Program program, Memory memory, long pc, long[] registers) {
    return WHY_NOT == null
        ? new JitMachine(program, memory, pc, registers)
        : new Interpreter(program, memory, pc, registers);
  }

  /// {@return why nothing is translated, or null if it is}
  ///
  /// @param choice the property `opml.vm`
  /// @param vmInfo the property `java.vm.info`, which names the JVM's mode
  static @Nullable String whyNot(String choice, String vmInfo) {
    if (choice.equals("interpreter")) {
      return "opml.vm=interpreter";
    }
    if (vmInfo.contains("interpreted mode")) {
      return "this JVM compiles nothing (" + vmInfo + ")";
    }
    return null;
  }
}

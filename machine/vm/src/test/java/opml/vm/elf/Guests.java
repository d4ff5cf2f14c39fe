package opml.vm.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import opml.vm.jit.JitMachine;
import opml.vm.jit.JitSettings;
import opml.vm.machine.Interpreter;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;
import opml.vm.step.DirectAccess;
import opml.vm.step.Step;

/// Compiles the guests of `src/test/guests`, and runs them on every machine.
final class Guests {
  private static final String COMPILER = "riscv64-unknown-elf-gcc";
  private static final Path SOURCES = Path.of("src/test/guests");

  /// How a run ended, with the memory it left.
  record Run(MachineState state, long steps, Memory memory) {}

  @FunctionalInterface
  interface Way {
    Run run(Executable executable, long limit);
  }

  /// Every machine; the others must do as the first one does.
  static final List<Way> MACHINES =
      List.of(
          (executable, limit) -> run(executable.machine(Interpreter::new), limit),
          (executable, limit) -> run(executable.machine(Guests::eager), limit),
          Guests::step);

  private Guests() {}

  private static Machine eager(Program program, Memory memory, long pc, long[] registers) {
    return new JitMachine(program, memory, pc, registers, JitSettings.EAGER);
  }

  private static Run run(Machine machine, long limit) {
    machine.runTo(limit);
    return new Run(machine.state(), machine.steps(), machine.memory());
  }

  private static Run step(Executable executable, long limit) {
    Memory memory = new Memory(executable.memory());
    DirectAccess access =
        new DirectAccess(executable.program(), memory, executable.entry(), 0, new long[32]);
    long steps = 0;
    while (steps < limit && access.exit() == MachineState.RUNNING) {
      Step.step(access);
      steps++;
    }
    return new Run(access.state(), steps, memory);
  }

  /// {@return the run on the first machine, after all others did the same}
  static Run onAllMachines(Path elf, long limit) throws IOException {
    Run first = MACHINES.getFirst().run(Elf64.load(elf), limit);
    for (Way way : MACHINES.subList(1, MACHINES.size())) {
      Run other = way.run(Elf64.load(elf), limit);
      assertThat(other.steps()).as(elf.toString()).isEqualTo(first.steps());
      assertThat(other.state()).as(elf.toString()).isEqualTo(first.state());
    }
    return first;
  }

  /// {@return the executable of guests, compiled into the folder; the test is skipped where there is no compiler}
  static Path compile(Path folder, List<String> sources, String... options)
      throws IOException, InterruptedException {
    Path elf = Files.createTempFile(folder, "guest", ".elf");
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>(List.of(COMPILER, "-march=rv64im", "-mabi=lp64"));
    command.addAll(List.of("-mcmodel=medany", "-ffreestanding", "-nostdlib", "-static"));
    command.addAll(List.of("-fno-builtin", "-o", elf.toString()));
    Stream.of(options).forEach(command::add);
    sources.forEach(source -> command.add(SOURCES.resolve(source).toString()));
    command.add("-lgcc");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException missing) {
      System.out.println("SKIPPED: C guests, because there is no " + COMPILER + " on PATH");
      return abort("no " + COMPILER);
    }
    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    return elf;
  }
}

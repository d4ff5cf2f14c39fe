package opml.cli.command.machine;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.vm.elf.Executable;
import opml.vm.jit.Machines;
import opml.vm.state.MachineState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs an executable.
@Command(
    name = "run",
    description = {
      "Runs a static RV64IM executable (ELF64, little-endian) from its entry.",
      "The exit code is the program's: the low eight bits of a0 at ecall 93."
    },
    exitCodeList = {
      "0..255:the program's",
      "1:also: it failed; one line on standard error says why",
      "2:also: bad arguments",
      "130:also: interrupted by Ctrl-C",
      "143:also: ended by SIGTERM, within five seconds"
    },
    footer = {
      "  clang --target=riscv64 -march=rv64im -nostdlib -static -o seven.elf seven.c",
      "  opml vm run seven.elf",
      "  opml vm run seven.elf --steps 1000000 --json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class VmRunCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "FILE.elf", description = "The executable.")
  private Path file;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "1000000000000",
      description = "Give up after this many instructions (default: ${DEFAULT-VALUE}).")
  private long limit;

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new Failure("--steps " + limit + ": expected is a number of instructions, at least 0");
    }
    Executable executable = ExecutableFile.load(file);
    long begin = System.nanoTime();
    Executable.Outcome outcome = executable.run(Machines::of, limit);
    double seconds = (System.nanoTime() - begin) / 1e9;
    MachineState state = outcome.state();
    if (!state.halted()) {
      throw new Failure(
          "%s still runs at pc 0x%x after %s steps; --steps allows more"
              .formatted(file, state.pc(), Amounts.count(outcome.steps())));
    }
    if (!state.hasExited()) {
      throw new Failure(
          "%s: illegal instruction at pc 0x%x after %s steps"
              .formatted(file, state.pc(), Amounts.count(outcome.steps())));
    }
    console.show(
        Json.object(
            "exitCode", state.exitCode(),
            "steps", outcome.steps(),
            "seconds", seconds,
            "state", state.hash()),
        () ->
            "exit code %d after %s steps in %s"
                .formatted(
                    state.exitCode(), Amounts.count(outcome.steps()), Amounts.seconds(seconds)));
    return state.exitCode();
  }
}

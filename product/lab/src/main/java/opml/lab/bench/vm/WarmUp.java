package opml.lab.bench.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import opml.lab.bench.BenchException;
import opml.vm.elf.Elf64;
import opml.vm.elf.Executable;
import opml.vm.machine.Machine;

/// The first ten million instructions in a fresh JVM, from opening the file on: seconds by the clock.
final class WarmUp {
  private static final long INSTRUCTIONS = 10_000_000;
  private static final int TURNS = 5;

  private WarmUp() {}

  /// {@return the least of some turns}
  static double seconds(BenchGuest guest) {
    double best = Double.POSITIVE_INFINITY;
    for (int turn = 0; turn < TURNS; turn++) {
      best = Math.min(best, once(guest.elf()));
    }
    return best;
  }

  private static double once(Path elf) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(WarmUp.class.getName(), elf.toString()));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new BenchException("the fresh JVM failed: " + String.join(" ", command));
      }
      return Long.parseLong(output) / 1e9;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the fresh JVM ran", e);
    }
  }

  /// What the fresh JVM does; prints nanoseconds.
  public static void main(String[] arguments) throws IOException {
    long begin = System.nanoTime();
    Executable executable = Elf64.load(Path.of(arguments[0]));
    Machine machine = Engine.JIT.machine(executable, executable.newMemory());
    machine.runTo(INSTRUCTIONS);
    System.out.println(System.nanoTime() - begin);
  }
}

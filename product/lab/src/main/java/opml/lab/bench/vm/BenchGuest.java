package opml.lab.bench.vm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import opml.lab.bench.BenchException;
import opml.vm.elf.Elf64;
import opml.vm.elf.Executable;

/// A program in C that the machine and its peer both run, unchanged. It ends by itself, and its exit code is a digest
/// of what it computed.
///
/// @param kind what it does
/// @param rounds how often
/// @param elf the file
/// @param executable the file's contents
public record BenchGuest(Kind kind, int rounds, Path elf, Executable executable) {
  /// What guests there are. The number of rounds makes about 2.5 thousand million instructions.
  public enum Kind {
    INT8("int8", 1500, 1.3),
    SOFTFLOAT("softfloat", 100, 1),
    INTEGER("integer", 60, 1);

    private final String title;
    private final int rounds;
    private final double goal;

    Kind(String title, int rounds, double goal) {
      this.title = title;
      this.rounds = rounds;
      this.goal = goal;
    }

    /// {@return what the JIT should reach, as a multiple of qemu}
    public double goal() {
      return goal;
    }

    /// {@return the name of the source and of the figure}
    public String title() {
      return title;
    }

    /// {@return how many rounds are measured}
    int rounds() {
      return rounds;
    }
  }

  private static final List<String> OPTIONS =
      List.of(
          "-march=rv64im",
          "-mabi=lp64",
          "-mcmodel=medany",
          "-O2",
          "-ffp-contract=off",
          "-fno-strict-aliasing",
          "-ffreestanding",
          "-nostdlib",
          "-static");

  /// Compiles a guest into a folder.
  ///
  /// @throws Failure if the compiler refuses
  static BenchGuest compile(Kind kind, int rounds, Path folder) {
    try {
      Path source = extract(kind.title() + ".c", folder);
      extract("guest.h", folder);
      Path elf = folder.resolve(kind.title() + "-" + rounds + ".elf");
      List<String> arguments = new ArrayList<>(OPTIONS);
      arguments.addAll(
          List.of("-DROUNDS=" + rounds, source.toString(), "-lgcc", "-o", elf.toString()));
      Tool.Run run = Tool.GCC.run(arguments);
      if (run.exitCode() != 0) {
        throw new BenchException(source + ": the compiler refuses: " + run.output());
      }
      return new BenchGuest(kind, rounds, elf, Elf64.load(elf));
    } catch (IOException e) {
      throw new BenchException("cannot write the guest " + kind.title() + " to " + folder, e);
    }
  }

  private static Path extract(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = BenchGuest.class.getResourceAsStream("/opml/lab/bench/guests/" + name)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks the guest " + name);
      }
      Files.write(file, in.readAllBytes());
    }
    return file;
  }
}

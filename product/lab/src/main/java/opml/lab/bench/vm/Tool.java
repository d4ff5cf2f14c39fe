package opml.lab.bench.vm;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A program of the system that a peer's figure needs.
enum Tool {
  GCC(
      "riscv64-unknown-elf-gcc",
      "gcc-riscv64-unknown-elf",
      "speeds, agreement and warm-up, whose programs it compiles"),
  QEMU("qemu-riscv64", "qemu-user", "ratios to it");

  /// The user and system time of a shell's children, as POSIX's `times` prints them in its second line.
  private static final Pattern TIMES = Pattern.compile("(\\d+)m([0-9.]+)s (\\d+)m([0-9.]+)s");

  private static final long MINUTES = 10;

  private final String command;
  private final String debian;
  private final String figures;

  Tool(String command, String debian, String figures) {
    this.command = command;
    this.debian = debian;
    this.figures = figures;
  }

  /// How a run ended.
  ///
  /// @param output both streams
  /// @param cpuSeconds user and system time
  record Run(int exitCode, String output, double cpuSeconds) {}

  String command() {
    return command;
  }

  /// {@return which figures are missing without this tool, and why, or empty if it is there}
  Optional<String> missing() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, command))) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "left out: %s, since there is no %s on PATH (Debian: %s)"
            .formatted(figures, command, debian));
  }

  /// Runs the tool to its end and takes its time.
  Run run(List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("sh", "-c", "\"$@\"; code=$?; times; exit $code", "sh", command));
    words.addAll(arguments);
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " does not end");
      }
      String last = output.substring(output.lastIndexOf('\n') + 1);
      return new Run(process.exitValue(), output, seconds(last));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command + " ran", e);
    }
  }

  private double seconds(String times) {
    var match = TIMES.matcher(times);
    if (!match.matches()) {
      throw new IllegalStateException("the shell's times are unreadable: " + times);
    }
    return 60 * Double.parseDouble(match.group(1))
        + Double.parseDouble(match.group(2))
        + 60 * Double.parseDouble(match.group(3))
        + Double.parseDouble(match.group(4));
  }
}

package opml.lab.bench.checkout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import opml.lab.bench.BenchException;

/// Commands as a person would type them.
public final class Shell {
  private static final long MINUTES = 30;

  private Shell() {}

  /// How a command ended.
  ///
  /// @param output both streams
  public record Run(int exitCode, String output, double seconds) {}

  /// {@return what a command that ends well writes, to both streams}
  ///
  /// @throws BenchException with that if it ends otherwise, or cannot be started
  public static String output(Path folder, List<String> command) {
    Run run;
    try {
      run = run(folder, Map.of(), command);
    } catch (UncheckedIOException e) {
      throw new BenchException(
          "cannot start %s: %s".formatted(command.getFirst(), e.getMessage()), e);
    }
    if (run.exitCode() != 0) {
      throw new BenchException(
          "%s ended with %d: %s".formatted(command.getFirst(), run.exitCode(), run.output()));
    }
    return run.output();
  }

  /// Runs a command to its end.
  ///
  /// @param environment added to this process's
  public static Run run(Path folder, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    long begin = System.nanoTime();
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " does not end");
      }
      return new Run(process.exitValue(), output, (System.nanoTime() - begin) / 1e9);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command + " ran", e);
    }
  }
}

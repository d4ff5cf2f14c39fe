package opml.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A process, with what it writes.
final class Run implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ProcessBuilder builder;
  private final Path out;
  private final Path err;
  private final List<ProcessHandle> family = new ArrayList<>();
  private Process process;

  private Run(List<String> command) {
    this.builder = new ProcessBuilder(command);
    try {
      this.out = Files.createTempFile("opml-run", ".out");
      this.err = Files.createTempFile("opml-run", ".err");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.toFile().deleteOnExit();
    err.toFile().deleteOnExit();
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Both make a JVM speak unasked.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
  }

  static Run of(String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    return new Run(command);
  }

  Run in(Path folder) {
    builder.directory(folder.toFile());
    return this;
  }

  Run with(String variable, String value) {
    builder.environment().put(variable, value);
    return this;
  }

  Run without(String... variables) {
    builder.environment().keySet().removeAll(List.of(variables));
    return this;
  }

  Run start() {
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /// Runs it to its end.
  Run toEnd() {
    return start().join(PATIENCE);
  }

  Run join(Duration patience) {
    try {
      boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(ended).as("ended within %s: %s", patience, this).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      if (process.isAlive()) {
        close();
      }
    }
    return this;
  }

  /// Waits until it has written this, to either stream.
  Run until(String text) {
    await(() -> (out() + err()).contains(text), "'" + text + "' in what it writes");
    return this;
  }

  void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() < end && process.isAlive()).as("%s: %s", what, this).isTrue();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// Sends SIGTERM and waits for the end, of this process and of all that it started.
  Run terminate(Duration patience) {
    family.addAll(process.descendants().toList());
    long begin = System.nanoTime();
    process.destroy();
    join(patience);
    await(patience.minusNanos(System.nanoTime() - begin));
    return this;
  }

  private void await(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (family.stream().anyMatch(Run::runs)) {
      assertThat(System.nanoTime()).as("children left: %s", family).isLessThan(end);
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// {@return whether a process still does something; one whose parent died may have ended and be listed on}
  static boolean runs(ProcessHandle handle) {
    Path stat = Path.of("/proc", String.valueOf(handle.pid()), "stat");
    try {
      return handle.isAlive() && !Files.readString(stat, ISO_8859_1).contains(") Z ");
    } catch (IOException e) {
      return handle.isAlive();
    }
  }

  /// Asks it and all that it started to end.
  void stop() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    join(PATIENCE);
  }

  Process process() {
    return process;
  }

  int code() {
    return process.exitValue();
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  Run endsWith(int code) {
    assertThat(code()).as(toString()).isEqualTo(code);
    return this;
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends it and all that it started.
  @Override
  public void close() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Override
  public String toString() {
    return "%s%nout: %s%nerr: %s".formatted(String.join(" ", builder.command()), out(), err());
  }
}

package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import opml.cli.console.ExitCode;

/// A command line that runs in this JVM, with what it writes.
final class CliRun {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Thread thread;
  private volatile int code = -1;

  private CliRun(Object... arguments) {
    String[] words = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
    this.thread =
        Thread.ofPlatform()
            .name("opml " + String.join(" ", words))
            .start(() -> code = Cli.run(new PrintWriter(out), new PrintWriter(err), words));
  }

  /// Runs to the end.
  static CliRun of(Object... arguments) {
    CliRun run = new CliRun(arguments);
    run.join();
    return run;
  }

  /// Starts what runs until it is stopped.
  static CliRun start(Object... arguments) {
    return new CliRun(arguments);
  }

  int code() {
    return code;
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  boolean isRunning() {
    return thread.isAlive();
  }

  /// {@return the lines of the standard output, each an object}
  List<JsonNode> json() {
    return out().lines().map(CliRun::parse).toList();
  }

  /// Waits until the standard output contains this.
  CliRun until(String text) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!out().contains(text)) {
      assertThat(System.nanoTime() < end && (isRunning() || out().contains(text)))
          .as("'%s' never came; out: %s; err: %s", text, out(), err())
          .isTrue();
      sleep();
    }
    return this;
  }

  /// Stops it as a signal would, and waits for its end.
  CliRun stop() {
    thread.interrupt();
    join();
    return this;
  }

  CliRun join() {
    return join(PATIENCE);
  }

  /// Waits for longer work.
  CliRun join(Duration patience) {
    try {
      assertThat(thread.join(patience)).as("ended; out: %s; err: %s", out(), err()).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  CliRun succeeds() {
    assertThat(code).as("exit code; out: %s; err: %s", out(), err()).isZero();
    return this;
  }

  /// Asserts a failure as users want it: one line with these words. The exit code is 2 if the line begins with an
  /// option, whose value is to blame, and 1 if nothing is wrong with the arguments and the files that they name.
  void failsWith(String... words) {
    assertThat(err().lines().toList()).as("out: %s", out()).hasSize(1);
    assertThat(err()).startsWith("opml: ").contains(words).doesNotContain("this is a bug");
    assertThat(code).isEqualTo(err().startsWith("opml: --") ? ExitCode.USAGE : ExitCode.FAILED);
  }

  /// Asserts that a file is to blame: exit code 2, and a line with these words that begins with no option. A model that
  /// cannot be run has a line for each reason.
  void blames(String... words) {
    assertThat(err()).doesNotStartWith("opml: --");
    blamesAny(words);
  }

  /// Asserts that a file or an argument is to blame: exit code 2, and a line with these words.
  void blamesAny(String... words) {
    assertThat(err())
        .as("out: %s", out())
        .startsWith("opml: ")
        .contains(words)
        .doesNotContain("this is a bug", "\tat ", "Exception");
    assertThat(code).as(err()).isEqualTo(ExitCode.USAGE);
  }

  /// Asserts wrong usage: nothing done, exit code 2, what is wrong in the first line, and where help is in the next.
  CliRun isMisusedWith(String... words) {
    String first = err().lines().findFirst().orElse("");
    assertThat(first).startsWith("opml: ");
    for (String word : words) {
      assertThat(first).contains(word);
    }
    assertThat(err().lines().count()).as(err()).isLessThanOrEqualTo(4);
    assertThat(err()).doesNotContain("this is a bug", "\tat ");
    assertThat(out()).isEmpty();
    assertThat(code).as(err()).isEqualTo(ExitCode.USAGE);
    return this;
  }

  private static JsonNode parse(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (JacksonException e) {
      throw new AssertionError("not JSON: " + line, e);
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

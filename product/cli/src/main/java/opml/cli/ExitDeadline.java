package opml.cli;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.cli.console.ExitCode;

/// Ends this JVM in time. Shutdown hooks let an agent finish its step and a chain write its state, but neither may keep
/// whoever sent SIGTERM waiting: after the limit the JVM ends without them, and takes its child processes along.
final class ExitDeadline {
  /// Five seconds are promised; what is left of them is for a busy computer.
  private static final Duration LIMIT = Duration.ofMillis(3_500);

  /// The JVM calls `exit` for a signal in a thread with this name. There is no other way to learn of the signal but an
  /// interface that the JDK does not promise.
  private static final Pattern SIGNAL_THREAD = Pattern.compile("SIG(HUP|INT|TERM) handler");

  private static final int NONE = -1;

  private final AtomicInteger code = new AtomicInteger(NONE);

  /// {@return a deadline that runs from the moment this JVM begins to end}
  static ExitDeadline install() {
    ExitDeadline deadline = new ExitDeadline();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                // The JVM waits for its hooks, but not for a daemon.
                () -> Thread.ofPlatform().daemon().name("exit-deadline").start(deadline::enforce),
                "exit-deadline-starter"));
    return deadline;
  }

  /// Ends this JVM with a code.
  void exit(int status) {
    code.set(status);
    System.exit(status);
  }

  private void enforce() {
    int status = signal().orElse(code.get() == NONE ? ExitCode.FAILED : code.get());
    try {
      Thread.sleep(LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    Runtime.getRuntime().halt(status);
  }

  /// {@return the exit code for the signal that ends this JVM, if one does}
  private static OptionalInt signal() {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      Matcher matcher = SIGNAL_THREAD.matcher(thread.getName());
      if (matcher.matches()) {
        return OptionalInt.of(
            switch (matcher.group(1)) {
              case "HUP" -> ExitCode.HUNG_UP;
              case "INT" -> ExitCode.INTERRUPTED;
              default -> ExitCode.TERMINATED;
            });
      }
    }
    return OptionalInt.empty();
  }
}

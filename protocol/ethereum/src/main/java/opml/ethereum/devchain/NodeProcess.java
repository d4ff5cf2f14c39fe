package opml.ethereum.devchain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.core.hash.Bytes32;
import org.jspecify.annotations.Nullable;

/// A running node, anvil or another one, that ends when it is closed, when this JVM exits, and when this JVM is killed.
///
/// For the latter two the node gets a small shell as its parent. The shell's standard input is a pipe
/// from this JVM; when the JVM is gone, for whatever reason, the kernel closes the pipe, a `cat` in
/// the shell sees its end, and the shell ends the node.
final class NodeProcess implements AutoCloseable {
  /// Signals often reach the whole process group: Ctrl-C in a terminal, `timeout`, a shell that ends its jobs. The node
  /// would end first, before its state can be asked for, and anvil takes SIGINT and SIGTERM whether or not they were
  /// ignored when it started. So it gets a session of its own, on systems that have `setsid`.
  private static final String IN_ITS_OWN_SESSION =
      """
      command -v setsid >/dev/null && exec setsid "$@"
      exec "$@"
      """;

  /// Standard input moves to descriptor 3, because a shell without job control gives background jobs
  /// an empty one.
  private static final String WATCHDOG =
      """
      trap '' INT HUP
      exec 3<&0 </dev/null
      "$@" 3<&- &
      node=$!
      (
        cat <&3 >/dev/null
        kill -TERM $node
        sleep 5
        kill -KILL $node
      ) >/dev/null 2>&1 &
      watchdog=$!
      exec 3<&-
      wait $node
      status=$?
      kill $watchdog 2>/dev/null
      rm -rf "$OPML_NODE_FOLDER"
      exit $status
      """;

  private static final Pattern LISTENING = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+)");
  private static final Pattern PRIVATE_KEY = Pattern.compile("\\(\\d+\\) (0x[0-9a-f]{64})");
  private static final int LINES_KEPT = 40;

  private final String name;
  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final List<Bytes32> keys = new ArrayList<>();
  private final Deque<String> lastLines = new ArrayDeque<>();

  private NodeProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /// Starts a node and waits until it listens.
  ///
  /// @param program its command and arguments, given a folder for what it keeps on disk, which ends with it, however
  ///     that is; it prints keys and where it listens in anvil's words
  /// @throws DevChainException with the node's own words if it does not start
  static NodeProcess start(String name, Function<Path, List<String>> program, Duration patience) {
    String shell = "opml-" + name;
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", IN_ITS_OWN_SESSION, shell));
    command.addAll(List.of("/bin/sh", "-c", WATCHDOG, shell));
    Process started;
    try {
      Path folder = Files.createTempDirectory(shell);
      command.addAll(program.apply(folder));
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("OPML_NODE_FOLDER", folder.toString());
      started = builder.start();
    } catch (IOException e) {
      throw new DevChainException("cannot start " + name + ": " + e.getMessage(), e);
    }
    NodeProcess process = new NodeProcess(name, started);
    Thread.ofVirtual().name("node-output").start(process::readOutput);
    try {
      process.port.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return process;
    } catch (ExecutionException | TimeoutException e) {
      process.close();
      throw new DevChainException(name + " did not start: " + process.output(), e);
    } catch (InterruptedException e) {
      process.close();
      Thread.currentThread().interrupt();
      throw new DevChainException("interrupted while " + name + " started", e);
    }
  }

  /// {@return the loopback port it listens on}
  int port() {
    return port.join();
  }

  /// {@return the private keys of the accounts that have money}
  synchronized List<Bytes32> keys() {
    return List.copyOf(keys);
  }

  /// {@return the last lines that it printed}
  synchronized String output() {
    return String.join("\n", lastLines);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  private void readOutput() {
    try (BufferedReader lines = process.inputReader()) {
      for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
        accept(line);
      }
    } catch (IOException | UncheckedIOException e) {
      accept("(lost its output: " + e.getMessage() + ")");
    }
    port.completeExceptionally(new DevChainException(name + " ended"));
  }

  private synchronized void accept(String line) {
    Matcher key = PRIVATE_KEY.matcher(line);
    if (key.find() && !port.isDone()) {
      keys.add(Bytes32.ofHex(key.group(1)));
      return;
    }
    if (!line.isBlank()) {
      lastLines.addLast(line);
    }
    if (lastLines.size() > LINES_KEPT) {
      lastLines.removeFirst();
    }
    Matcher listening = LISTENING.matcher(line);
    if (listening.find()) {
      port.complete(Integer.parseInt(listening.group(1)));
    }
  }

  /// Ends the node and waits until it has ended.
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroy();
    }
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

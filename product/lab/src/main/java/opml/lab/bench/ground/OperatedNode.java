package opml.lab.bench.ground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A node in a process of its own, as its operator runs it: started with a file, ended by a signal. Each life is
/// another process; all of them write into one log.
public final class OperatedNode implements AutoCloseable {
  private static final Pattern WATCHED =
      Pattern.compile("watched.*?(http://127\\.0\\.0\\.1:[0-9]+)");
  private static final long START_SECONDS = 120;

  private final List<String> command;
  private final Path log;
  private Optional<Process> life = Optional.empty();
  private long begin;

  /// @param program that `opml` is, without its words
  /// @param config the node's file; its log lies beside it
  public OperatedNode(List<String> program, Path config) {
    this.command = new ArrayList<>(program);
    command.addAll(List.of("node", "--config", config.toString()));
    this.log = config.resolveSibling(config.getFileName() + ".log");
  }

  /// Begins a life, if there is none, and does not wait for it.
  public synchronized void start() {
    if (isAlive()) {
      return;
    }
    try {
      begin = Files.exists(log) ? Files.size(log) : 0;
      life =
          Optional.of(
              new ProcessBuilder(command)
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                  .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until this life looks at its chain.
  ///
  /// @throws IllegalStateException with what it said if it ends before
  public void awaitWatched() {
    Pause.until(START_SECONDS, () -> web().isPresent() || !isAlive());
    if (web().isEmpty()) {
      throw new IllegalStateException("a node has ended at its start: " + said());
    }
  }

  public synchronized boolean isAlive() {
    return life.filter(Process::isAlive).isPresent();
  }

  /// Ends this life at once, as `kill -9` does, and waits until it is over.
  public synchronized void kill() {
    // By its handle: Process.destroyForcibly closes the pipes of a child that still writes.
    life.ifPresent(
        process -> {
          boolean _ = process.toHandle().destroyForcibly();
          process.onExit().join();
        });
    life = Optional.empty();
  }

  /// Stops this life where it is, until [#thaw]; its connections stay open.
  public synchronized void freeze() {
    signal("-STOP");
  }

  /// Lets it go on.
  public synchronized void thaw() {
    signal("-CONT");
  }

  private void signal(String name) {
    try {
      if (isAlive()) {
        Process sender =
            new ProcessBuilder("kill", name, Long.toString(life.orElseThrow().pid())).start();
        sender.onExit().join();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return what this life wrote so far}
  public synchronized String said() {
    try {
      byte[] all = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
      int from = (int) Math.min(begin, all.length);
      return new String(all, from, all.length - from, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return where this life can be watched; nothing while it begins}
  public Optional<URI> web() {
    Matcher found = WATCHED.matcher(said());
    return found.find() ? Optional.of(URI.create(found.group(1))) : Optional.empty();
  }

  @Override
  public void close() {
    kill();
  }
}

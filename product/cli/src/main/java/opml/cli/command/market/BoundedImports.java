package opml.cli.command.market;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Imports files of strangers within a time. A file may be made to be imported for ever, and Java ends no thread that
/// does not want to: each import has its own, which is left behind where it takes too long. It goes on taking a core
/// and memory, so there is an end to that: nothing more is to be imported while as many are left behind as may be.
final class BoundedImports {
  /// How many may be left behind.
  static final int LEFT_MOST = 2;

  private final Duration patience;
  private final List<Thread> left = new ArrayList<>();

  /// @param patience for one import
  BoundedImports(Duration patience) {
    this.patience = patience;
  }

  /// {@return how long an import may take, where a download may take so long}
  static Duration patience(Duration download) {
    Duration least = Duration.ofMinutes(1);
    Duration twice = download.multipliedBy(2);
    return twice.compareTo(least) < 0 ? least : twice;
  }

  /// {@return whether so many imports were left behind, and still run, that there may be no other}
  synchronized boolean areStuck() {
    left.removeIf(thread -> !thread.isAlive());
    return left.size() >= LEFT_MOST;
  }

  /// {@return what an import makes}
  ///
  /// @throws Download.RefusedException if it takes too long, or too many others do
  /// @throws IOException if it does
  <T> T run(Callable<T> importing) throws IOException, InterruptedException {
    if (areStuck()) {
      throw new Download.RefusedException("too many other files are still being imported");
    }
    FutureTask<T> task = new FutureTask<>(importing);
    Thread thread = Thread.ofPlatform().daemon().name("import-model").start(task);
    try {
      return task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new Download.RefusedException(
          "the file there takes more than " + patience.toSeconds() + " s to import");
    } catch (ExecutionException e) {
      throw cause(e);
    } finally {
      if (!task.isDone()) {
        task.cancel(true);
        leave(thread);
      }
    }
  }

  private synchronized void leave(Thread thread) {
    left.add(thread);
  }

  private static IOException cause(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException wrong -> throw wrong;
      case Error error -> throw error;
      case IOException unread -> unread;
      case null, default -> new IOException(e);
    };
  }
}

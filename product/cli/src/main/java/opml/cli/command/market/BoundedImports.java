package opml.cli.command.market;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Imports files of strangers within a time and a memory. A file may be made to be imported for ever, and Java ends no
/// thread that does not want to: each import has its own, which is left behind where it takes too long. It goes on
/// taking a core and memory, so there is an end to that: nothing more is to be imported while as many are left behind
/// as may be.
final class BoundedImports {
  /// How many may be left behind.
  static final int LEFT_MOST = 2;

  /// What an import gets for a file of a few bytes.
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /// What an import does at least.
  private static final long BYTES_PER_SECOND = 8L << 20;

  /// How many go on at a time of files of one kind: those that are new, and those that were imported once.
  private static final int AT_A_TIME = 2;

  /// A number of eight bytes may be written in one.
  private static final int WEIGHTS = 8;

  /// A name or number of two bytes becomes an object; a file has so many of them at most.
  private static final int OBJECTS = 64;

  private static final long OBJECTS_MOST = 256L << 20;
  private static final long LEAST = 1L << 20;

  private final Duration patience;
  private final ModelMemory memory;
  private final Semaphore strange = new Semaphore(AT_A_TIME, true);
  private final Semaphore known = new Semaphore(AT_A_TIME, true);
  private final List<Thread> left = new ArrayList<>();

  /// What was imported, with the memory that is held for it, which is to be closed.
  record Imported<T>(T what, ModelMemory.Hold hold) {}

  /// @param patience for the import of a small file; larger ones have more
  /// @param memory lends what an import takes
  BoundedImports(Duration patience, ModelMemory memory) {
    this.patience = patience;
    this.memory = memory;
  }

  /// {@return whether so many imports were left behind, and still run, that there may be no other}
  synchronized boolean areStuck() {
    left.removeIf(thread -> !thread.isAlive());
    return left.size() >= LEFT_MOST;
  }

  /// {@return what an import of a new file makes}
  ///
  /// @param fileBytes of the file
  /// @throws Download.RefusedException if it takes too long, or too many others do
  /// @throws IOException if it does
  <T> Imported<T> ofStrange(long fileBytes, Callable<T> importing)
      throws IOException, InterruptedException {
    return ofStrange(fileBytes, heldBytes(fileBytes), importing);
  }

  /// {@return what an import makes of a file that was imported in time before}; it does not wait for new files
  ///
  /// @param fileBytes of the file
  /// @throws Download.RefusedException if it takes too long, or too many others do
  /// @throws IOException if it does
  <T> Imported<T> ofKnown(long fileBytes, Callable<T> importing)
      throws IOException, InterruptedException {
    return ofKnown(fileBytes, heldBytes(fileBytes), importing);
  }

  /// {@return the same as [#ofStrange(long, Callable)], of what holds other memory meanwhile}
  ///
  /// @param heldBytes of memory
  <T> Imported<T> ofStrange(long fileBytes, long heldBytes, Callable<T> importing)
      throws IOException, InterruptedException {
    return run(strange, fileBytes, heldBytes, importing);
  }

  /// {@return the same as [#ofKnown(long, Callable)], of what holds other memory meanwhile}
  ///
  /// @param heldBytes of memory
  <T> Imported<T> ofKnown(long fileBytes, long heldBytes, Callable<T> importing)
      throws IOException, InterruptedException {
    return run(known, fileBytes, heldBytes, importing);
  }

  /// {@return the bytes of memory that the import of a file may take}
  static long heldBytes(long fileBytes) {
    return LEAST + WEIGHTS * fileBytes + Math.min(OBJECTS * fileBytes, OBJECTS_MOST);
  }

  private <T> Imported<T> run(
      Semaphore places, long fileBytes, long heldBytes, Callable<T> importing)
      throws IOException, InterruptedException {
    places.acquire();
    try {
      if (areStuck()) {
        throw new Download.RefusedException("too many other files are still being imported");
      }
      ModelMemory.Hold hold = memory.hold(heldBytes);
      return run(hold, patience.plusSeconds(fileBytes / BYTES_PER_SECOND), importing);
    } finally {
      places.release();
    }
  }

  private <T> Imported<T> run(ModelMemory.Hold hold, Duration time, Callable<T> importing)
      throws IOException, InterruptedException {
    // Of the import's end and our leaving it, the later one gives the memory back.
    AtomicBoolean parted = new AtomicBoolean();
    FutureTask<T> task = new FutureTask<>(importing);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("import-model")
            .start(
                () -> {
                  task.run();
                  if (parted.getAndSet(true)) {
                    hold.close();
                  }
                });
    boolean done = false;
    try {
      T what = task.get(time.toNanos(), TimeUnit.NANOSECONDS);
      done = true;
      return new Imported<>(what, hold);
    } catch (TimeoutException e) {
      throw new Download.RefusedException(
          "the file there takes more than " + time.toSeconds() + " s to import");
    } catch (ExecutionException e) {
      throw cause(e);
    } finally {
      if (!task.isDone()) {
        task.cancel(true);
        leave(thread);
      }
      if (!done && parted.getAndSet(true)) {
        hold.close();
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

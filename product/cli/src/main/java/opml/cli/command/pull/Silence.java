package opml.cli.command.pull;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Reads from a connection, and gives it up when nothing comes for too long: whoever reads a body of Java's HTTP client
/// waits for ever, unless he is interrupted.
final class Silence implements AutoCloseable {
  private final Duration most;
  private final Thread reader = Thread.currentThread();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("pull-silence").factory());

  Silence(Duration most) {
    this.most = most;
  }

  /// {@return how many bytes have come, -1 at the end}
  ///
  /// @throws IOException if nothing comes for too long, or the connection breaks
  /// @throws InterruptedException if somebody else has interrupted this thread
  int read(InputStream in, byte[] block) throws IOException, InterruptedException {
    AtomicBoolean isSilent = new AtomicBoolean();
    Future<?> end =
        clock.schedule(
            () -> {
              isSilent.set(true);
              reader.interrupt();
            },
            most.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      return in.read(block);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        if (isSilent.get()) {
          throw new IOException("nothing came for %s".formatted(words()), e);
        }
        throw new InterruptedException();
      }
      throw e;
    } finally {
      end.cancel(false);
      if (isSilent.get() && Thread.interrupted()) {
        // It came too late to matter: something was read.
        isSilent.set(false);
      }
    }
  }

  private String words() {
    return most.toMillis() < 1_000 ? most.toMillis() + " ms" : most.toSeconds() + " s";
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}

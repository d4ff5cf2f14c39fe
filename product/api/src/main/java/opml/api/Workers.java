package opml.api;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads that models work in: as many as requests may be worked on at once, and room for so many more to wait.
///
/// They are the system's threads: a model computes for seconds, and the few carriers of virtual threads, in which
/// requests come and go, stay free.
final class Workers implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 5;

  private final ThreadPoolExecutor pool;

  Workers(int parallel, int waiting) {
    this.pool =
        new ThreadPoolExecutor(
            parallel,
            parallel,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(waiting),
            Thread.ofPlatform().daemon().name("opml-api-", 1).factory());
  }

  /// @throws ApiException if too many wait already
  void submit(Generation generation) {
    try {
      pool.execute(generation);
    } catch (RejectedExecutionException e) {
      throw ApiException.busy();
    }
  }

  int running() {
    return pool.getActiveCount();
  }

  int waiting() {
    return pool.getQueue().size();
  }

  @Override
  public void close() {
    pool.shutdownNow();
    try {
      pool.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

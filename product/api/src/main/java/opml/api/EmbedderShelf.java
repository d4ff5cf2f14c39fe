package opml.api;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import opml.llm.session.Embedder;
import opml.llm.session.TextEngine;

/// Embeds texts in a thread of its own, one request after the other, since each takes all cores; others wait, up to a
/// number. Every model that was asked has the memory of one text for it.
final class EmbedderShelf implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 5;

  private final ThreadPoolExecutor thread;

  /// Of that thread alone, until it is at its end.
  private final Map<TextEngine, Embedder> embedders = new HashMap<>();

  /// @param waiting requests that wait, at most
  EmbedderShelf(int waiting) {
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(waiting),
            Thread.ofPlatform().daemon().name("opml-api-embedder").factory());
  }

  /// @throws ApiException if too many wait already
  void submit(EmbeddingWork work) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException e) {
      throw ApiException.busy();
    }
  }

  /// {@return what embeds with a model}; for the thread of this
  Embedder of(TextEngine engine) {
    return embedders.computeIfAbsent(engine, TextEngine::embedder);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        embedders.values().forEach(Embedder::close);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package opml.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// The models that a server has, each read when it is first asked for, and what works on texts of each.
final class ModelShelf implements AutoCloseable {
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final int texts;

  /// Reading weights takes all cores for a while: one after the other.
  private final ExecutorService loader =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("opml-api-loader").factory());

  /// @param models what makes each ready, by the name that clients know
  /// @param texts of a model that are in memory at once, at most
  ModelShelf(Map<String, Callable<ServedModel>> models, int texts) {
    this.texts = texts;
    models.forEach((name, loading) -> entries.put(name, new Entry(loading)));
  }

  Set<String> names() {
    return entries.keySet();
  }

  long loaded() {
    return entries.values().stream().filter(Entry::isLoaded).count();
  }

  /// {@return a model, which is read if it is not there yet}
  Entry get(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw ApiException.noModel(name);
    }
    return entry;
  }

  /// A model, and what works on its texts.
  final class Entry {
    private final Callable<ServedModel> loading;
    private @Nullable TextLoop loop;
    private @Nullable Future<ServedModel> loaded;

    Entry(Callable<ServedModel> loading) {
      this.loading = loading;
    }

    private synchronized boolean isLoaded() {
      return loaded != null && loaded.state() == Future.State.SUCCESS;
    }

    private synchronized Future<ServedModel> future() {
      Future<ServedModel> known = loaded;
      // What has failed once may go well when there is more memory.
      if (known == null || known.state() == Future.State.FAILED) {
        known = loader.submit(loading);
        loaded = known;
      }
      return known;
    }

    ServedModel model() throws InterruptedException {
      try {
        return future().get();
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        throw ApiException.unavailable("The model cannot be loaded: " + cause.getMessage());
      }
    }

    /// {@return what works on texts of this model}; another one where that was lost
    ///
    /// @param ready the model, loaded
    synchronized TextLoop loop(ServedModel ready) {
      TextLoop known = loop;
      if (known == null || known.isLost()) {
        known = new TextLoop(ready, texts);
        loop = known;
      }
      return known;
    }

    /// Something may go on that had to wait, if there is anything.
    void wake() {
      TextLoop known;
      synchronized (this) {
        known = loop;
      }
      if (known != null) {
        known.wake();
      }
    }

    private void close() {
      TextLoop known;
      synchronized (this) {
        known = loop;
      }
      if (known != null) {
        known.close();
      }
    }
  }

  @Override
  public void close() {
    loader.shutdownNow();
    entries.values().forEach(Entry::close);
  }
}

package opml.api;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import opml.llm.session.Session;
import org.jspecify.annotations.Nullable;

/// The models that a server has, each read when it is first asked for, and sessions that are at hand.
final class ModelShelf implements AutoCloseable {
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /// Reading weights takes all cores for a while: one after the other.
  private final ExecutorService loader =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("opml-api-loader").factory());

  /// @param models what makes each ready, by the name that clients know
  ModelShelf(Map<String, Callable<ServedModel>> models) {
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

  /// A model, and sessions of it.
  final class Entry {
    private final Callable<ServedModel> loading;
    private final Deque<Session> idle = new ArrayDeque<>();
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

    /// {@return a session of the loaded model, one that was used last if there is one: it may know the prompt's begin}
    Session take() throws InterruptedException {
      synchronized (idle) {
        Session session = idle.pollFirst();
        if (session != null) {
          return session;
        }
      }
      return model().engine().open();
    }

    void giveBack(Session session) {
      synchronized (idle) {
        idle.addFirst(session);
      }
    }

    private void close() {
      synchronized (idle) {
        idle.forEach(Session::close);
        idle.clear();
      }
    }
  }

  @Override
  public void close() {
    loader.shutdownNow();
    entries.values().forEach(Entry::close);
  }
}

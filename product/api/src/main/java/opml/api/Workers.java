package opml.api;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Lets as many requests be worked on as may be at once, and so many more wait for that.
final class Workers implements AutoCloseable {
  private final int parallel;
  private final int waiting;
  private final Set<Generation> running = new HashSet<>();
  private final Deque<Generation> queue = new ArrayDeque<>();
  private boolean isClosed;

  Workers(int parallel, int waiting) {
    this.parallel = parallel;
    this.waiting = waiting;
  }

  /// @throws ApiException if too many wait already
  void submit(Generation generation) {
    synchronized (this) {
      if (isClosed) {
        throw ApiException.unavailable("The server ends.");
      }
      if (running.size() == parallel) {
        if (queue.size() == waiting) {
          throw ApiException.busy();
        }
        queue.add(generation);
        return;
      }
      running.add(generation);
    }
    generation.start(this::ended);
  }

  private void ended(Generation generation) {
    Generation next;
    synchronized (this) {
      running.remove(generation);
      next = running.size() < parallel ? queue.poll() : null;
      if (next == null) {
        return;
      }
      running.add(next);
    }
    next.start(this::ended);
  }

  synchronized int running() {
    return running.size();
  }

  synchronized int waiting() {
    return queue.size();
  }

  /// Ends what is worked on, at its next token.
  @Override
  public void close() {
    List<Generation> all;
    synchronized (this) {
      isClosed = true;
      queue.addAll(running);
      all = List.copyOf(queue);
      queue.clear();
    }
    all.forEach(generation -> generation.fail(ApiException.unavailable("The server ends.")));
  }
}

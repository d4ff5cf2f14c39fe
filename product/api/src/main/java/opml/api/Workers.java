package opml.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;

/// Lets as many requests be worked on as may be at once, and so many more wait for that.
///
/// A request whose client does not read is not worked on, but has its place. Where others wait, it gives that up and is
/// parked: when its client has read on, it waits for a place like everybody else, so that nobody is kept waiting by
/// clients that read a little at a time. No more are parked than may wait; the one that was parked first is ended for
/// another.
final class Workers implements AutoCloseable {
  private final int parallel;
  private final int waiting;
  private final Set<Generation> running = new HashSet<>();
  private final Deque<Generation> queue = new ArrayDeque<>();
  private final SequencedSet<Generation> parked = new LinkedHashSet<>();
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
      if (running.size() == parallel && queue.size() >= waiting) {
        throw ApiException.busy();
      }
      queue.add(generation);
    }
    fill();
  }

  /// Has those who wait be worked on, as far as there are places, and those who could give up theirs see that somebody
  /// waits.
  private void fill() {
    List<Generation> begin = new ArrayList<>();
    List<Generation> stalled = List.of();
    synchronized (this) {
      while (running.size() < parallel && !queue.isEmpty()) {
        Generation next = queue.remove();
        running.add(next);
        begin.add(next);
      }
      if (!queue.isEmpty()) {
        stalled = running.stream().filter(Generation::isStalled).toList();
      }
    }
    begin.forEach(Generation::start);
    stalled.forEach(Generation::wake);
  }

  /// A request is worked on no more.
  void ended(Generation generation) {
    synchronized (this) {
      if (!running.remove(generation)) {
        return;
      }
    }
    fill();
  }

  /// Parks a request that is stalled, if somebody waits for its place: whoever is in the queue while a place is free
  /// takes that one.
  ///
  /// @return whether it is parked
  boolean park(Generation generation) {
    List<Generation> most = List.of();
    synchronized (this) {
      // Asked here, since a client that reads on from now on must find it parked.
      boolean isWanted = !queue.isEmpty() && running.size() == parallel;
      if (isClosed || !isWanted || !generation.isStalled()) {
        return false;
      }
      running.remove(generation);
      parked.add(generation);
      if (parked.size() > waiting) {
        most = List.of(parked.removeFirst());
      }
    }
    ApiException why = ApiException.unavailable("Too many clients do not read their answers.");
    most.forEach(first -> first.giveUp(why));
    fill();
    return true;
  }

  /// Has a request that was parked wait for a place again; any other one stays as it is.
  void resume(Generation generation) {
    synchronized (this) {
      if (!parked.remove(generation)) {
        return;
      }
      queue.add(generation);
    }
    fill();
  }

  /// Nobody wants a request any more.
  synchronized void forget(Generation generation) {
    parked.remove(generation);
    queue.remove(generation);
  }

  synchronized int running() {
    return running.size();
  }

  synchronized int waiting() {
    return queue.size();
  }

  synchronized int parked() {
    return parked.size();
  }

  /// Ends what is worked on, at its next token.
  @Override
  public void close() {
    List<Generation> all;
    synchronized (this) {
      isClosed = true;
      queue.addAll(running);
      queue.addAll(parked);
      all = List.copyOf(queue);
      queue.clear();
      parked.clear();
    }
    all.forEach(generation -> generation.fail(ApiException.unavailable("The server ends.")));
  }
}

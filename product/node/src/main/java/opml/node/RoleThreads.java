package opml.node;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// The roles of a node, each in a thread of its own, so that none waits for another. None of them ever ends by itself:
/// one that does is a fault, and the process must not go on as if nothing had happened.
public final class RoleThreads {
  /// The end of a role that nobody stopped.
  ///
  /// @param why nothing if it returned
  public record Ended(String role, Optional<Throwable> why) {}

  private final Map<String, Thread> threads = new LinkedHashMap<>();
  private final BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();

  /// @param loops by the names of their roles
  public RoleThreads(Map<String, ? extends Runnable> loops) {
    loops.forEach(
        (name, loop) ->
            threads.put(
                name,
                // A run that goes on does not keep the process from ending.
                Thread.ofPlatform()
                    .daemon()
                    .name("role-" + name)
                    .unstarted(() -> run(name, loop))));
  }

  private void run(String name, Runnable loop) {
    Optional<Throwable> why = Optional.empty();
    try {
      loop.run();
    } catch (Throwable e) {
      // Whatever it was, it is told by whoever waits for it.
      why = Optional.of(e);
    } finally {
      ends.add(new Ended(name, why));
    }
  }

  public void start() {
    threads.values().forEach(Thread::start);
  }

  /// {@return the roles whose threads do not run}
  public List<String> stopped() {
    return threads.entrySet().stream()
        .filter(one -> !one.getValue().isAlive())
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Waits until a role ends.
  public Ended awaitEnd() throws InterruptedException {
    return ends.take();
  }

  /// Interrupts all roles and waits for them.
  ///
  /// @return whether all have ended in time
  public boolean stop(Duration patience) {
    threads.values().forEach(Thread::interrupt);
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (Thread thread : threads.values()) {
        if (thread.isAlive()
            && !thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

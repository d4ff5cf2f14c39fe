package opml.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Keeps several nodes running in one process, each in a thread of its own. One that fails is begun anew after a pause,
/// as a supervisor would begin a process anew, and the others go on. Only an [Error], such as an exhausted memory, is
/// everybody's: nobody knows what still stands then, and all of them end.
public final class NodeKeeper {
  /// Hears of nodes that fail.
  @FunctionalInterface
  public interface Listener {
    void failed(String name, RuntimeException why);
  }

  private final Listener listener;
  private final Duration pause;
  private final List<Thread> threads = new ArrayList<>();
  private final BlockingQueue<Optional<Throwable>> ends = new LinkedBlockingQueue<>();
  private volatile boolean stopping;

  /// @param nodes by their names; each returns when its thread is interrupted or it is done, or throws
  /// @param pause behind a failure
  public NodeKeeper(Map<String, ? extends Runnable> nodes, Listener listener, Duration pause) {
    this.listener = listener;
    this.pause = pause;
    nodes.forEach(
        (name, node) ->
            threads.add(
                Thread.ofPlatform()
                    .daemon()
                    .name("node-" + name)
                    .unstarted(() -> keep(name, node))));
  }

  private void keep(String name, Runnable node) {
    try {
      while (true) {
        try {
          node.run();
          ends.add(Optional.empty()); // it was told to stop, or is done
          return;
        } catch (RuntimeException e) {
          if (e.getCause() instanceof Error) {
            throw e;
          }
          if (stopping) {
            return;
          }
          listener.failed(name, e);
          Thread.sleep(pause);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      // Whatever it was, it is told by whoever waits for it.
      ends.add(Optional.of(e));
    }
  }

  /// Runs all of them until they are done, or this thread is interrupted, which ends them.
  ///
  /// @param patience for their end
  /// @throws RuntimeException that one of them has thrown on account of an error
  /// @throws Error that one of them has thrown
  public void run(Duration patience) {
    threads.forEach(Thread::start);
    try {
      for (int left = threads.size(); left > 0; left--) {
        Optional<Throwable> end = ends.take();
        if (end.isPresent()) {
          stop(patience);
          switch (end.get()) {
            case Error error -> throw error;
            case RuntimeException failure -> throw failure;
            default -> throw new IllegalStateException(end.get());
          }
        }
      }
    } catch (InterruptedException e) {
      // That was the request to stop, and is answered.
      stop(patience);
    }
  }

  private void stop(Duration patience) {
    stopping = true;
    threads.forEach(Thread::interrupt);
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (Thread thread : threads) {
        boolean _ = thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

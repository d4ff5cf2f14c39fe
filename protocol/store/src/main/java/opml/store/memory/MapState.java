package opml.store.memory;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The lock around a store's maps, and whether it is open.
final class MapState {
  private final ReentrantLock lock = new ReentrantLock();
  private boolean isClosed;

  /// {@return what the work gives, done while nobody else is at the maps}
  <T> T alone(Supplier<T> work) {
    lock.lock();
    try {
      if (isClosed) {
        throw new IllegalStateException("the store is closed");
      }
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  /// Does the work while nobody else is at the maps.
  void alone(Runnable work) {
    alone(
        () -> {
          work.run();
          return true;
        });
  }

  void close() {
    lock.lock();
    try {
      isClosed = true;
    } finally {
      lock.unlock();
    }
  }
}

package opml.api;

import java.util.concurrent.Semaphore;

/// Bounds the bytes of all bodies that are held at once: a body takes room as it comes, and what is made of it takes
/// many times as much memory, without which the whole process would end.
final class BodyRoom {
  private final Semaphore free;

  /// @param bytes that all bodies together may have
  BodyRoom(int bytes) {
    this.free = new Semaphore(bytes);
  }

  /// {@return the room of one body, which is free again when that is closed}
  Share share() {
    return new Share();
  }

  /// What one body takes. One thread has it.
  final class Share implements AutoCloseable {
    private int taken;

    /// @param bytes that came
    /// @throws ApiException if there is no room for them
    void take(int bytes) {
      if (!free.tryAcquire(bytes)) {
        throw ApiException.busy();
      }
      taken += bytes;
    }

    /// Gives back what is not needed any more, now that the body was read.
    ///
    /// @param bytes that are, at most
    void keep(long bytes) {
      int less = (int) Math.max(0, taken - bytes);
      free.release(less);
      taken -= less;
    }

    @Override
    public void close() {
      free.release(taken);
      taken = 0;
    }
  }
}

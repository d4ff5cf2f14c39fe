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

    /// Gives back what is not needed any more, now that the body was read, or takes what is needed besides.
    ///
    /// @param bytes that are held from now on, or [Reply#ALL]
    /// @throws ApiException if there is no room for them
    void keep(long bytes) {
      if (bytes == Reply.ALL) {
        return;
      }
      if (bytes > taken) {
        take((int) Math.min(Integer.MAX_VALUE, bytes - taken));
      } else {
        free.release(taken - (int) bytes);
        taken = (int) bytes;
      }
    }

    @Override
    public void close() {
      free.release(taken);
      taken = 0;
    }
  }
}

package opml.lab.bench.ground;

import java.util.function.BooleanSupplier;

/// Waiting for a chain whose blocks come by the clock.
public final class Pause {
  private Pause() {}

  public static void millis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// Waits until something is so.
  ///
  /// @throws IllegalStateException if it is not within these seconds
  public static void until(long seconds, BooleanSupplier done) {
    long end = System.nanoTime() + seconds * 1_000_000_000;
    while (!done.getAsBoolean()) {
      if (System.nanoTime() - end >= 0) {
        throw new IllegalStateException(
            "what was waited for is not there after %d s".formatted(seconds));
      }
      millis(100);
    }
  }
}

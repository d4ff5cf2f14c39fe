package opml.core.time;

import java.time.Duration;

/// The time by which a process waits and measures. Whoever decides by it takes it by constructor, so that a simulator
/// can own it.
public interface Time {
  /// This computer's.
  Time SYSTEM =
      new Time() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration pause) throws InterruptedException {
          Thread.sleep(pause);
        }
      };

  /// {@return nanoseconds since some moment, as [System#nanoTime()]}
  long nanoTime();

  /// Waits, at least so long.
  ///
  /// @throws InterruptedException if the thread is interrupted before or meanwhile
  void sleep(Duration pause) throws InterruptedException;
}

package opml.agent;

import java.io.Serial;
import java.time.Duration;
import java.util.function.LongSupplier;
import opml.game.work.Workshop;

/// How far a job is. Its worker writes, others read and may end it.
final class Course implements Workshop.Progress {
  /// A job was told to end.
  static final class EndedException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    EndedException() {
      super("a job was ended", null, false, false);
    }
  }

  /// Hears how far it is.
  @FunctionalInterface
  interface Listener {
    void at(long step, long of, double seconds);
  }

  /// How often it is told how far a long run is.
  private static final Duration TELLING = Duration.ofSeconds(5);

  private final LongSupplier nanoTime;
  private final long begin;
  private long told;

  /// Written one behind the other: who reads both may see numbers of two moments.
  private volatile long step;

  private volatile long of;
  private volatile boolean over;
  private volatile boolean needed;
  private volatile boolean late;

  /// @param nanoTime as [opml.core.time.Time#nanoTime()]
  Course(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.begin = nanoTime.getAsLong();
    this.told = begin;
  }

  @Override
  public void at(long next, long most) {
    step = next;
    of = most;
    if (over) {
      throw new EndedException();
    }
  }

  double seconds() {
    return (nanoTime.getAsLong() - begin) / 1e9;
  }

  /// Has the job end at its next node.
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /// Lets it take as long as it takes, since a game needs it.
  void need() {
    needed = true;
  }

  /// Ends it because it takes too long, unless a game needs it.
  void endLate() {
    if (!needed) {
      late = true;
      over = true;
    }
  }

  boolean wasLate() {
    return late;
  }

  /// Tells how far it is, if that was not told for a while.
  void tellInTime(Listener listener) {
    long now = nanoTime.getAsLong();
    if (now - told >= TELLING.toNanos()) {
      told = now;
      listener.at(step, of, (now - begin) / 1e9);
    }
  }
}

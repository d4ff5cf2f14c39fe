package opml.sim.time;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import opml.core.time.Time;
import org.jspecify.annotations.Nullable;

/// Something that goes on in a simulated process: a thread of which nothing runs but between two of its waits, one
/// strand at a time. Its time is the simulated one.
public final class Strand implements Time {
  private final Clockwork clockwork;
  private final String name;
  private final Semaphore turn = new Semaphore(0);
  private final Thread thread;
  private long wakeAt;
  private boolean idle;
  private boolean ended;
  private @Nullable Throwable broken;

  Strand(Clockwork clockwork, String name, long wakeAt, Consumer<Strand> life) {
    this.clockwork = clockwork;
    this.name = name;
    this.wakeAt = wakeAt;
    this.thread = Thread.ofVirtual().name(name).unstarted(() -> live(life));
    thread.start();
  }

  private void live(Consumer<Strand> life) {
    turn.acquireUninterruptibly();
    try {
      // Killed before it began, it does nothing at all.
      if (!Thread.interrupted()) {
        life.accept(this);
      }
    } catch (RuntimeException | Error e) {
      broken = e;
    } finally {
      ended = true;
      clockwork.turn.release();
    }
  }

  /// Lets it run until it waits or ends.
  ///
  /// @throws IllegalStateException if it broke
  void proceed() {
    turn.release();
    clockwork.turn.acquireUninterruptibly();
    if (broken != null) {
      throw new IllegalStateException(name + " broke", broken);
    }
  }

  private void waitUntil(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the simulated process was killed");
    }
    wakeAt = nanos;
    clockwork.turn.release();
    turn.acquireUninterruptibly();
    if (Thread.interrupted()) {
      throw new InterruptedException("the simulated process was killed");
    }
  }

  @Override
  public long nanoTime() {
    return clockwork.now();
  }

  /// Waits until the first slot at which so much time has passed; a strand that waits so waits for a block.
  @Override
  public void sleep(Duration pause) throws InterruptedException {
    waitUntil(clockwork.slotAfter(clockwork.now() + pause.toNanos()));
  }

  /// Waits until [#wake], or until so much time has passed, and wants no block meanwhile.
  public void idle(Duration most) throws InterruptedException {
    idle = true;
    try {
      waitUntil(clockwork.slotAfter(clockwork.now() + most.toNanos()));
    } finally {
      idle = false;
    }
  }

  /// Ends an idle wait at this moment, if it lasts so long.
  public void wake(long nanos) {
    if (idle) {
      wakeAt = Math.min(wakeAt, nanos);
    }
  }

  /// {@return whether it waits for nothing but to be woken}
  public boolean isIdle() {
    return idle;
  }

  public boolean hasEnded() {
    return ended;
  }

  /// Ends it as a killed process ends: whatever it waits for, it does nothing more to the world.
  public void kill() {
    thread.interrupt();
    while (!ended) {
      proceed();
    }
  }

  long wakeAt() {
    return wakeAt;
  }
}

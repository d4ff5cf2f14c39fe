package opml.engine.plan;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share the parts of one job after the other, for jobs of microseconds: whoever waits spins for a moment
/// and then parks, and nothing is locked or allocated on the way.
///
/// The caller is one of the threads and works too. Helpers that come late, or not at all because the machine is busy,
/// hold nobody up: who finds the job open joins it, and the caller waits for those alone that have joined. A helper
/// starts when there is work for it, and ends when there was none for a while.
public final class Team implements AutoCloseable {
  /// Work that falls into parts, which may run side by side.
  public interface Job {
    /// Does some of the parts.
    ///
    /// @param thread 0 to [Team#threads], exclusively: no two run at the same time with the same number
    /// @param from the first part
    /// @param to behind the last
    void run(int thread, int from, int to);
  }

  private static final Team SHARED = new Team(Runtime.getRuntime().availableProcessors());

  /// Turns of a waiting caller before it parks: some 20 µs.
  private static final int SPINS = 1000;

  /// Turns of a helper without work before it parks: some 100 µs, so that it is awake when the next run of a small
  /// model comes to the node that is worth help.
  private static final int HELPER_SPINS = 5000;

  /// A helper without work ends after so long.
  private static final long IDLE_NANOS = 10_000_000_000L;

  /// Of the gate: whether the job may be joined.
  private static final int OPEN = 1;

  /// Of the gate: for each helper that has joined.
  private static final int JOINED = 2;

  /// The gate's lower half, beside which stands the job's number, so that nobody joins one twice.
  private static final long LOWER = 0xFFFF_FFFFL;

  /// A piece is one of so many for each thread that what is left would make, ...
  private static final int FIRST_PARTS = 2;

  /// ... and the last ones are as many times as small as pieces of equal size.
  private static final int LAST_PARTS = 4;

  // What threads write all the time is apart from all else, so that no cache line is asked for in
  // vain.
  private static final int GATE = 16;
  private static final int NEXT = 32; // the first part that nobody has taken
  private static final int WORDS = 48;

  private final ThreadFactory starts;
  private final Helper[] helpers;
  private final AtomicBoolean taken = new AtomicBoolean();

  private final AtomicLongArray words = new AtomicLongArray(WORDS);
  private final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();

  private volatile @Nullable Thread waiting;
  private volatile boolean closed;

  // The job, written before the gate opens.
  private @Nullable Job job;
  private int count;
  private int parts;
  private int piece; // parts that are taken together, at least ...
  private int share; // ... or this share of those that are left

  /// A team of so many threads, the caller's among them.
  public Team(int threads) {
    this(threads, Thread.ofPlatform().daemon().name("opml-team-", 1).factory());
  }

  /// @param starts makes the helpers' threads
  Team(int threads, ThreadFactory starts) {
    if (threads < 1) {
      throw new IllegalArgumentException("no team has " + threads + " threads");
    }
    this.starts = starts;
    this.helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
    }
  }

  /// {@return the team of this process, one thread a core}
  public static Team shared() {
    return SHARED;
  }

  /// {@return how many threads there are, the caller's among them}
  public int threads() {
    return helpers.length + 1;
  }

  /// {@return whether the team is the caller's from now on, until it [#leave]s}
  public boolean enter() {
    return helpers.length > 0 && !closed && taken.compareAndSet(false, true);
  }

  public void leave() {
    taken.set(false);
  }

  /// Does all parts of a job. For who has entered.
  ///
  /// @param pieces in which the parts are handed out, for each thread, the first ones larger than the last, so that
  ///     nobody waits long for who has taken the last one; 1 for one of equal size each
  public void run(Job what, int all, int pieces) {
    job = what;
    parts = all;
    piece = Math.max(1, Math.ceilDiv(all, (pieces == 1 ? 1 : LAST_PARTS * pieces) * threads()));
    share = pieces == 1 ? Integer.MAX_VALUE : FIRST_PARTS * threads();
    words.set(NEXT, 0);
    count++;
    words.set(GATE, (long) count << Integer.SIZE | OPEN);
    try {
      for (Helper helper : helpers) {
        helper.call();
      }
      work(what, 0);
    } finally {
      // Even if no thread can be had for a helper: those who have joined must be out of the job
      // first.
      close(words.addAndGet(GATE, -OPEN) & LOWER);
      job = null;
    }
    Throwable first = thrown.get();
    if (first != null) {
      thrown.set(null);
      switch (first) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError("a job throws no checked exceptions", first);
      }
    }
  }

  /// Waits for those who have joined.
  private void close(long joined) {
    if (joined == 0) {
      return;
    }
    for (int i = 0; i < SPINS; i++) {
      if (!isBusy()) {
        return;
      }
      Thread.onSpinWait();
    }
    waiting = Thread.currentThread();
    boolean interrupted = false;
    while (isBusy()) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted(); // parts cannot be left half done
    }
    waiting = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// {@return whether a helper has joined and is not through}
  private boolean isBusy() {
    return (words.get(GATE) & LOWER) != 0;
  }

  private void work(Job what, int thread) {
    try {
      for (long from = words.get(NEXT); from < parts; from = words.get(NEXT)) {
        long to = Math.min(parts, from + Math.max(piece, (parts - from) / share));
        if (words.compareAndSet(NEXT, from, to)) {
          what.run(thread, (int) from, (int) to);
        }
      }
    } catch (Throwable e) {
      thrown.compareAndSet(null, e);
      words.set(NEXT, parts); // the others need not go on
    }
  }

  /// Ends the helpers. A run that has the team meanwhile goes on with its own thread.
  @Override
  public void close() {
    closed = true;
    for (Helper helper : helpers) {
      helper.wake();
    }
  }

  private enum State {
    ENDED,
    AWAKE,
    PARKED
  }

  private final class Helper implements Runnable {
    private final int index;
    private final AtomicReference<State> state = new AtomicReference<>(State.ENDED);
    private volatile @Nullable Thread thread;
    private int last;

    Helper(int index) {
      this.index = index;
    }

    /// Sees to it that the helper looks for work.
    void call() {
      if (state.get() == State.AWAKE || closed) {
        return;
      }
      if (state.compareAndSet(State.PARKED, State.AWAKE)) {
        wake();
      } else if (state.compareAndSet(State.ENDED, State.AWAKE)) {
        try {
          Thread started = starts.newThread(this);
          thread = started;
          started.start();
        } catch (OutOfMemoryError e) {
          // The system gives no thread. The caller does the work alone; the next job asks again.
          state.set(State.ENDED);
        }
      }
    }

    void wake() {
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      int spins = 0;
      while (!closed) {
        if (joined()) {
          spins = 0;
        } else if (spins < HELPER_SPINS) {
          spins++;
          Thread.onSpinWait();
        } else if (park()) {
          spins = 0;
        } else {
          return;
        }
      }
      state.set(State.ENDED);
    }

    /// {@return whether there was a job, in which this helper has done its share}
    private boolean joined() {
      long now = words.get(GATE);
      if (!isNew(now) || !words.compareAndSet(GATE, now, now + JOINED)) {
        return false;
      }
      last = number(now);
      Job what = job;
      if (what != null) {
        work(what, index);
      }
      if ((words.addAndGet(GATE, -JOINED) & LOWER) == 0) {
        LockSupport.unpark(waiting);
      }
      return true;
    }

    /// {@return whether there is a job that this helper has not joined}
    private boolean isNew(long now) {
      return (now & OPEN) != 0 && number(now) != last;
    }

    private static int number(long now) {
      return (int) (now >>> Integer.SIZE);
    }

    /// {@return whether to go on; if not, the helper has ended}
    private boolean park() {
      long begin = System.nanoTime();
      state.set(State.PARKED);
      // A job that was put up before this may have found the helper awake.
      if (!isNew(words.get(GATE))) {
        LockSupport.parkNanos(Team.this, IDLE_NANOS);
      }
      // A call that came when it was awake again lets the next park return at once.
      boolean idle = System.nanoTime() - begin >= IDLE_NANOS && !isNew(words.get(GATE));
      if (idle && state.compareAndSet(State.PARKED, State.ENDED)) {
        return false;
      }
      state.set(State.AWAKE);
      return true;
    }
  }
}

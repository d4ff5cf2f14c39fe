package opml.proof;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import opml.core.hash.Bytes32;
import opml.game.work.NoRoomException;
import org.jspecify.annotations.Nullable;

/// How much of the heap the runs of this process may fill, and the machines that fill it: one budget over all works,
/// since strangers open games on as many runs as they like, and an exhausted heap loses all of them.
///
/// Of what the models and the process itself leave free, three eighths are for machines, a quarter for the values that
/// runs keep, and a quarter for two runs that are being made. Machines that nobody uses go when another needs their
/// room, those used longest ago first; they are opened again when they are asked for.
///
/// Safe for many threads.
public final class HeapBudget {
  /// What a process takes besides models and runs.
  private static final long BASE = 48L << 20;

  /// Of the machines' room, the part that one may grow by while it is used.
  private static final int GROWTH_PART = 8;

  private static final HeapBudget SHARED = new HeapBudget(Runtime.getRuntime().maxMemory());

  private final long heapBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();

  /// Those used last at the end.
  private final LinkedHashSet<Place> places = new LinkedHashSet<>();

  private final Set<Bytes32> models = new HashSet<>();
  private long modelBytes;
  private long leftToOthers;
  private long mostFree = Long.MAX_VALUE;
  private long taken;

  /// @param heapBytes that there are at most
  HeapBudget(long heapBytes) {
    this.heapBytes = heapBytes;
  }

  /// {@return the memory of this process}
  public static HeapBudget shared() {
    return SHARED;
  }

  /// The room of one machine. Its owner alone uses it; once it is over, another took it.
  final class Place {
    private final long ownBytes;
    private final Runnable leave;
    private long bytes;
    private boolean used = true;
    private boolean over;

    private Place(long ownBytes, Runnable leave) {
      this.ownBytes = ownBytes;
      this.leave = leave;
      this.bytes = ownBytes + growth();
    }

    /// Begins to use the machine.
    ///
    /// @return whether it is still there
    boolean use() {
      lock.lock();
      try {
        if (over) {
          return false;
        }
        used = true;
        set(ownBytes + growth());
        makeRoom(0);
        places.remove(this);
        places.add(this);
        return true;
      } finally {
        lock.unlock();
      }
    }

    /// {@return whether its room was given back or taken}
    boolean isOver() {
      lock.lock();
      try {
        return over;
      } finally {
        lock.unlock();
      }
    }

    /// Ends the use.
    ///
    /// @param kept bytes that the machine's run keeps now
    void pause(long kept) {
      lock.lock();
      try {
        used = false;
        set(ownBytes + kept);
        left.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /// Gives the room back, if nobody took it yet.
    void end() {
      lock.lock();
      try {
        if (!over) {
          over = true;
          places.remove(this);
          taken -= bytes;
          left.signalAll();
          leave.run();
        }
      } finally {
        lock.unlock();
      }
    }

    private void set(long now) {
      taken += now - bytes;
      bytes = now;
    }
  }

  /// Makes room for a machine, which is in use until it pauses; waits while others use what it needs. Who waits here
  /// uses no other machine meanwhile.
  ///
  /// @param bytes that the machine takes before it runs
  /// @param leave closes it, once
  /// @throws NoRoomException if it would not fit if it were alone
  Place enter(long bytes, Runnable leave) {
    lock.lock();
    try {
      if (bytes + growth() > machineBytes()) {
        throw new NoRoomException("a machine", bytes + growth(), machineBytes());
      }
      makeRoom(bytes + growth());
      Place place = new Place(bytes, leave);
      places.add(place);
      taken += place.bytes;
      return place;
    } finally {
      lock.unlock();
    }
  }

  /// {@return why a machine of so many bytes cannot be run here, if it cannot}
  Optional<String> whyNoMachine(long bytes) {
    long all = bytes + growth();
    long most = machineBytes();
    return all > most
        ? Optional.of(NoRoomException.message("a machine for its largest node", all, most))
        : Optional.empty();
  }

  private void makeRoom(long bytes) {
    while (taken + bytes > machineBytes()) {
      Place idle = idle();
      if (idle != null) {
        idle.end();
      } else if (bytes > 0 && !places.isEmpty()) {
        left.awaitUninterruptibly();
      } else {
        return; // who is inside goes on
      }
    }
  }

  private @Nullable Place idle() {
    for (Iterator<Place> all = places.iterator(); all.hasNext(); ) {
      Place place = all.next();
      if (!place.used) {
        return place;
      }
    }
    return null;
  }

  /// Leaves a part of the heap to what others hold, such as models that come and go.
  public void leave(long bytes) {
    lock.lock();
    try {
      modelBytes += Math.max(0, bytes - leftToOthers);
      leftToOthers = Math.max(bytes, leftToOthers);
    } finally {
      lock.unlock();
    }
  }

  /// Has models and the process itself leave no more than so much for runs and machines.
  public void bound(long bytes) {
    lock.lock();
    try {
      mostFree = bytes;
    } finally {
      lock.unlock();
    }
  }

  /// Takes note of a model that this process holds.
  ///
  /// @param bytes of its weights
  void holds(Bytes32 model, long bytes) {
    lock.lock();
    try {
      if (models.add(model)) {
        modelBytes += bytes;
      }
    } finally {
      lock.unlock();
    }
  }

  private long free() {
    lock.lock();
    try {
      long free = heapBytes - Math.min(BASE, heapBytes / 4) - modelBytes;
      return Math.max(0, Math.min(free, mostFree));
    } finally {
      lock.unlock();
    }
  }

  private long machineBytes() {
    return free() / 8 * 3;
  }

  /// {@return bytes that a machine's run may grow by while it is used}
  long growth() {
    return machineBytes() / GROWTH_PART;
  }

  /// {@return bytes of the values that runs may keep together}
  public long valueBytes() {
    return free() / 4;
  }

  /// {@return bytes that all machines take now}
  long takenBytes() {
    lock.lock();
    try {
      return taken;
    } finally {
      lock.unlock();
    }
  }
}

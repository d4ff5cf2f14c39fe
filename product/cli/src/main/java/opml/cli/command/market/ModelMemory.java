package opml.cli.command.market;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.trace.RunMemory;
import opml.proof.GraphWorkshop;

/// The memory that strangers' models may take: a run of one, and all that are kept together with those that are being
/// imported. A model that finds no room takes that of the one that was used longest ago, which is forgotten and read
/// again from its file when somebody asks for it.
final class ModelMemory {
  /// The part of the heap that a run of a stranger's model may take, and as much again for all that are kept; as much
  /// is an agent's shelf of runs.
  private static final int PART = 4;

  /// A file that was fetched for somebody is kept for so long although nobody has asked for its model again.
  private static final Duration UNASKED = Duration.ofMinutes(1);

  private static final long MEGABYTE = 1_000_000;

  private final GraphWorkshop own;
  private final long mostBytes;
  private final InstantSource clock;

  /// Fair, so that who needs much room is not passed for ever by those who need little.
  private final ReentrantLock turn = new ReentrantLock(true);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();

  /// By their last use.
  private final Map<Bytes32, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

  private long importing;

  private static final class Kept {
    private final long bytes;
    private final Instant since;
    private boolean asked;

    Kept(long bytes, Instant since) {
      this.bytes = bytes;
      this.since = since;
    }
  }

  /// Memory that an import has until it is closed.
  final class Hold implements AutoCloseable {
    private long bytes;

    private Hold(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        importing -= bytes;
        bytes = 0;
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// @param own forgets models
  /// @param mostBytes of a run, and of all models that are kept
  ModelMemory(GraphWorkshop own, long mostBytes, InstantSource clock) {
    this.own = own;
    this.mostBytes = mostBytes;
    this.clock = clock;
  }

  /// {@return what strangers' models may take of this process's heap}
  static long share() {
    return Runtime.getRuntime().maxMemory() / PART;
  }

  long mostBytes() {
    return mostBytes;
  }

  /// Checks that a run of a model fits.
  ///
  /// @throws Download.RefusedException if it does not
  void requireRoomToRun(Model model) throws Download.RefusedException {
    long bytes = own.mostBytes(model);
    if (bytes > mostBytes) {
      throw new Download.RefusedException(
          "it needs %,d MB to run, this process gives strangers' models %,d MB; to give it more: JAVA_TOOL_OPTIONS=-Xmx"
              .formatted((bytes + MEGABYTE - 1) / MEGABYTE, mostBytes / MEGABYTE));
    }
  }

  /// Waits for room, and makes it where models can be forgotten.
  ///
  /// @param bytes at most all that there is are held
  Hold hold(long bytes) throws InterruptedException {
    long wanted = Math.min(bytes, mostBytes);
    turn.lockInterruptibly();
    try {
      lock.lockInterruptibly();
      try {
        while (taken() + wanted > mostBytes) {
          if (!forgetOne()) {
            awaitRoom();
          }
        }
        importing += wanted;
        return new Hold(wanted);
      } finally {
        lock.unlock();
      }
    } finally {
      turn.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller's
  private void awaitRoom() throws InterruptedException {
    boolean _ = freed.await(1, TimeUnit.SECONDS);
  }

  /// Keeps a model in the place of what its import held.
  ///
  /// @throws IllegalArgumentException if the workshop refuses it
  void keep(Model model, Hold hold) {
    lock.lock();
    try {
      own.addPassing(model);
      kept.put(model.id(), new Kept(RunMemory.of(model).model(), clock.instant()));
      hold.close();
    } finally {
      lock.unlock();
    }
  }

  /// Notes that a model was asked for.
  void used(Bytes32 model) {
    lock.lock();
    try {
      Kept known = kept.get(model);
      if (known != null) {
        known.asked = true;
      }
    } finally {
      lock.unlock();
    }
  }

  /// {@return whether a model is kept}
  boolean keeps(Bytes32 model) {
    lock.lock();
    try {
      return kept.containsKey(model);
    } finally {
      lock.unlock();
    }
  }

  /// Forgets a model, if it is kept.
  void forget(Bytes32 model) {
    lock.lock();
    try {
      if (kept.remove(model) != null) {
        own.forget(model);
        freed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private long taken() {
    return importing + kept.values().stream().mapToLong(one -> one.bytes).sum();
  }

  private boolean forgetOne() {
    Instant unasked = clock.instant().minus(UNASKED);
    for (Iterator<Map.Entry<Bytes32, Kept>> all = kept.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Bytes32, Kept> eldest = all.next();
      if (eldest.getValue().asked || eldest.getValue().since.isBefore(unasked)) {
        all.remove();
        own.forget(eldest.getKey());
        return true;
      }
    }
    return false;
  }
}

package opml.proof;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The runs in the machine that a work has open. Each holds a memory of up to a gigabyte, so all works of a process
/// share the room for them; one that was closed for another's sake is opened again when it is asked for.
final class OpenRuns implements AutoCloseable {
  /// What opens a run.
  ///
  /// @param bytes that its machine takes
  /// @param run opens it, in the room that was made for it
  record Opening(long bytes, Supplier<MachineRun> run) {}

  private static final class Open {
    private final HeapBudget.Place place;
    private @Nullable MachineRun run;

    Open(HeapBudget memory, long bytes) {
      this.place = memory.enter(bytes, this::close);
    }

    MachineRun run() {
      return Objects.requireNonNull(run);
    }

    private void close() {
      if (run != null) {
        run.close();
      }
    }
  }

  private final HeapBudget memory;
  private final LongFunction<Opening> openings;
  private final Map<Long, Open> open = new HashMap<>();

  /// @param openings for the run of a step
  OpenRuns(HeapBudget memory, LongFunction<Opening> openings) {
    this.memory = memory;
    this.openings = openings;
  }

  /// {@return what `use` makes of the run of a step, which nobody closes or uses meanwhile, and which itself uses no
  /// other}
  ///
  /// @throws opml.game.work.NoRoomException if the run's machine does not fit the memory of this process
  synchronized <T> T use(long step, Function<MachineRun, T> use) {
    Open known = open.get(step);
    if (known == null || !known.place.use()) {
      open.values().removeIf(other -> other.place.isOver());
      known = opened(step);
      open.put(step, known);
    }
    try {
      return use.apply(known.run());
    } finally {
      known.place.pause(known.run().keptBytes());
    }
  }

  private Open opened(long step) {
    // What the node reads may have to be computed, which takes room of its own.
    Opening opening = openings.apply(step);
    Open opened = new Open(memory, opening.bytes());
    boolean done = false;
    try {
      opened.run = opening.run().get();
      done = true;
      return opened;
    } finally {
      if (!done) {
        opened.place.end();
      }
    }
  }

  /// Closes them all.
  @Override
  public synchronized void close() {
    open.values().forEach(run -> run.place.end());
    open.clear();
  }
}

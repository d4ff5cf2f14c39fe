package opml.proof;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongFunction;

/// The runs in the machine that a work has open. Each holds a memory of up to a gigabyte, so only some are open at a
/// time, those used last; one that was closed is opened again when it is asked for.
final class OpenRuns implements AutoCloseable {
  private static final int MOST = 16;
  private static final long MOST_BYTES = 1L << 30;

  private final LongFunction<MachineRun> opening;
  private final Map<Long, MachineRun> open = new LinkedHashMap<>(16, 0.75f, true);

  /// @param opening the run of a step
  OpenRuns(LongFunction<MachineRun> opening) {
    this.opening = opening;
  }

  /// {@return what `use` makes of the run of a step, which nobody closes or uses meanwhile}
  synchronized <T> T use(long step, Function<MachineRun, T> use) {
    if (!open.containsKey(step)) {
      makeRoom();
      open.put(step, opening.apply(step));
    }
    return use.apply(Objects.requireNonNull(open.get(step)));
  }

  private void makeRoom() {
    long bytes = open.values().stream().mapToLong(OpenRuns::bytes).sum();
    Iterator<MachineRun> eldest = open.values().iterator();
    while (eldest.hasNext() && (open.size() >= MOST || bytes >= MOST_BYTES)) {
      MachineRun run = eldest.next();
      bytes -= bytes(run);
      eldest.remove();
      run.close();
    }
  }

  private static long bytes(MachineRun run) {
    return 32L << run.program().memDepth();
  }

  /// Closes them all.
  @Override
  public synchronized void close() {
    open.values().forEach(MachineRun::close);
    open.clear();
  }
}

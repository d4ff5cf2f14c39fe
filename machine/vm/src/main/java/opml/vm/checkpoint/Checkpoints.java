package opml.vm.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import opml.vm.machine.Machine;
import opml.vm.machine.MachineSnapshot;
import opml.vm.state.DamagedPageException;
import opml.vm.state.MachineState;
import opml.vm.state.PageMap;
import opml.vm.step.StepProof;
import org.jspecify.annotations.Nullable;

/// Random access to a machine's trace. Index `n` is the state after `n` steps; from the halting step on, all states are
/// the same.
///
/// While the machine runs forward it leaves a checkpoint every so many steps: a state, and the pages that differ from
/// the image, of which only those are new that were written since the checkpoint before. So any state is one interval
/// away from a checkpoint, and the 15 states of a move, asked in ascending order, cost at most one pass over what lies
/// between the nearest checkpoints: nothing, where the states are checkpoints.
///
/// Everything that is kept is bounded ([CheckpointPolicy]). Checkpoints only save time: one that was damaged is
/// dropped, and what it held is computed again from an earlier one, in the end from the start.
///
/// A run with a directory is found again by the next process. Runs shorter than an interval touch no disk. An object of
/// this class serves one thread, and its machine is its own.
public final class Checkpoints implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Checkpoints.class.getName());
  private static final int REMEMBERED_STATES = 1024;

  private final Machine machine;
  private final CheckpointPolicy policy;
  private final MachineSnapshot first;
  private final CheckpointStore store;
  private final NearPoints near;
  private final Map<Long, MachineState> states = new LinkedHashMap<>();

  private long haltedAt = Long.MAX_VALUE;
  private long executed;

  /// Whether the machine is at no state of the run, as after a damaged checkpoint.
  private boolean adrift;

  private boolean opened;
  private boolean closed;

  /// The trace of a machine from its present point on, with checkpoints in memory and in a temporary file.
  public Checkpoints(Machine machine) {
    this(machine, CheckpointPolicy.DEFAULT);
  }

  /// The trace of a machine from its present point on.
  public Checkpoints(Machine machine, CheckpointPolicy policy) {
    this.machine = machine;
    this.policy = policy;
    this.first = machine.snapshot();
    this.store =
        new CheckpointStore(
            policy, first.steps(), first.pages().map(), machine.memory().pageBytes());
    this.near = new NearPoints(policy.memoryBytes() / 4);
    if (machine.halted()) {
      haltedAt = first.steps();
    }
  }

  /// {@return the state after `index` steps}
  ///
  /// @throws IllegalArgumentException if the trace starts later
  public MachineState stateAt(long index) {
    begin(index);
    long at = Math.min(index, haltedAt);
    @Nullable Checkpoint point = store.get(at);
    @Nullable MachineState known = point == null ? states.get(at) : point.state();
    if (known != null) {
      return known;
    }
    seek(index);
    MachineState state = machine.state();
    if (states.size() >= REMEMBERED_STATES) {
      states.clear();
    }
    states.put(machine.steps(), state);
    return state;
  }

  /// {@return the states after so many steps each, in the order of the indexes}
  public List<MachineState> statesAt(long[] indexes) {
    Map<Long, MachineState> found = new HashMap<>();
    Arrays.stream(indexes).sorted().forEach(index -> found.put(index, stateAt(index)));
    List<MachineState> result = new ArrayList<>();
    for (long index : indexes) {
      result.add(Objects.requireNonNull(found.get(index)));
    }
    return result;
  }

  /// {@return the witness of the step from state `index` to the next}
  public StepProof proofAt(long index) {
    seek(index);
    return machine.prove();
  }

  /// {@return the machine, brought to state `index`, until the next call; not to be run by the caller}
  public Machine at(long index) {
    seek(index);
    return machine;
  }

  /// {@return the number of checkpoints, the start not counted}
  public int count() {
    return store.count();
  }

  /// {@return bytes of checkpoints' pages in memory}
  public long residentBytes() {
    return store.residentBytes();
  }

  /// {@return bytes of pages in memory, those of checkpoints and those of points between them}
  public long keptBytes() {
    return store.residentBytes() + near.bytes();
  }

  /// {@return bytes of checkpoints on disk}
  public long diskBytes() {
    return store.diskBytes();
  }

  /// {@return how many steps the machine has taken here, those it repeated included}
  public long executed() {
    return executed;
  }

  /// Ends the use of this object and of its machine. Checkpoints in a directory stay for the next process.
  @Override
  public void close() {
    closed = true;
    near.clear();
    states.clear();
    store.close();
  }

  /// Closes, and deletes the checkpoints that were kept in a directory, because nobody will ask about this run again.
  public void discard() {
    close();
    store.discard();
  }

  private void begin(long index) {
    if (closed) {
      throw new IllegalStateException("this trace was closed");
    }
    if (index < first.steps()) {
      throw new IllegalArgumentException(
          "index %d lies before the first, %d".formatted(index, first.steps()));
    }
    if (!opened && index - first.steps() >= policy.interval()) {
      opened = true;
      policy
          .directory()
          .ifPresent(
              directory -> {
                goTo(first);
                store.recovered(
                    store
                        .open(
                            directory,
                            CheckpointLog.key(
                                machine.program().commitment(), first.steps(), machine.state()))
                        .stream()
                        .map(this::checkpoint)
                        .toList());
              });
    }
  }

  private Checkpoint checkpoint(CheckpointLog.Point point) {
    MachineState state = point.state();
    if (state.halted()) {
      haltedAt = point.steps();
    }
    return new Checkpoint(
        state,
        new MachineSnapshot(
            point.steps(),
            state.pc(),
            state.exit(),
            state.registers(),
            machine.memory().pages(point.pages())));
  }

  private void seek(long index) {
    begin(index);
    long target = Math.min(index, haltedAt);
    while (!canGoForward(target)) {
      // A damaged point is dropped, and the one before it is tried.
      goTo(nearest(target));
    }
    forward(target);
    keepNear();
  }

  /// {@return whether running on is as good as going back to the nearest point}
  private boolean canGoForward(long target) {
    long here = machine.steps();
    return !adrift
        && here <= target
        && (here >= nearest(target).steps() || target - here <= policy.interval() / 4);
  }

  /// {@return the last point not after an index that one can go to}
  private MachineSnapshot nearest(long index) {
    @Nullable MachineSnapshot asked = near.floor(index);
    @Nullable Checkpoint point = store.floor(index);
    MachineSnapshot nearest = asked == null ? first : asked;
    if (point != null && point.steps() >= nearest.steps()) {
      nearest = point.snapshot();
    }
    return nearest;
  }

  /// Restores a point, or drops it if it is damaged.
  private void goTo(MachineSnapshot point) {
    adrift = true;
    String trouble;
    try {
      machine.restore(point);
      @Nullable Checkpoint checkpoint = store.get(point.steps());
      if (checkpoint == null || machine.memory().root().equals(checkpoint.state().memRoot())) {
        adrift = false;
        return;
      }
      trouble = "the memory has another root";
    } catch (DamagedPageException e) {
      trouble = Objects.toString(e.getMessage());
    }
    String message =
        "the checkpoint after %d steps is damaged and will be computed again: %s"
            .formatted(point.steps(), trouble);
    if (point.steps() == first.steps()) {
      throw new IllegalStateException(message);
    }
    LOG.log(System.Logger.Level.WARNING, message);
    store.drop(point.steps());
    near.forget(point.steps());
  }

  private void forward(long target) {
    while (machine.steps() < target && !machine.halted()) {
      long before = machine.steps();
      long next = store.next(before);
      machine.runTo(Math.min(target, next));
      executed += machine.steps() - before;
      if (machine.halted()) {
        haltedAt = machine.steps();
      }
      boolean due = machine.steps() == next;
      boolean end = machine.halted() && machine.steps() - first.steps() >= policy.interval();
      if ((due || end) && store.get(machine.steps()) == null) {
        // The state first: its root tells later whether a restored memory is right.
        if (store.add(new Checkpoint(machine.state(), machine.snapshot()))) {
          near.clear();
        }
      }
    }
  }

  private void keepNear() {
    long steps = machine.steps();
    if (steps == first.steps() || store.get(steps) != null || near.has(steps)) {
      return;
    }
    PageMap before = nearest(steps).pages().map();
    MachineSnapshot snapshot = machine.snapshot();
    long[] pages = new long[1];
    before.differences(snapshot.pages().map(), (_, _, _) -> pages[0]++);
    near.add(snapshot, pages[0] * machine.memory().pageBytes());
  }
}

package opml.vm.machine;

import java.util.TreeMap;
import opml.vm.state.MachineState;
import opml.vm.step.StepProof;

/// Random access to a machine's trace. Every index asked for is remembered, so that a dissection, which asks inside
/// the interval it asked around before, replays little.
///
/// Index `n` is the state after `n` steps; from the halting step on, all states are the same.
public final class Checkpoints {
  private final Machine machine;
  private final int limit;
  private final TreeMap<Long, Snapshot> snapshots = new TreeMap<>();

  /// The trace of a machine from its present point on, keeping at most `limit` points besides the first.
  public Checkpoints(Machine machine, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("at least one checkpoint is needed, not " + limit);
    }
    this.machine = machine;
    this.limit = limit;
    keep();
  }

  /// {@return the state after `index` steps}
  public MachineState stateAt(long index) {
    seek(index);
    return machine.state();
  }

  /// {@return the witness of the step from state `index` to the next}
  public StepProof proofAt(long index) {
    seek(index);
    return machine.prove();
  }

  /// {@return the machine, brought to state `index`}
  public Machine at(long index) {
    seek(index);
    return machine;
  }

  private void seek(long index) {
    var nearest = snapshots.floorEntry(index);
    if (nearest == null) {
      throw new IllegalArgumentException(
          "index %d lies before the first, %d".formatted(index, snapshots.firstKey()));
    }
    boolean forward = nearest.getKey() <= machine.steps() && machine.steps() <= index;
    if (!forward) {
      machine.restore(nearest.getValue());
    }
    if (machine.steps() < index && !machine.halted()) {
      machine.runTo(index);
    }
    keep();
  }

  private void keep() {
    if (snapshots.containsKey(machine.steps())) {
      return;
    }
    snapshots.put(machine.steps(), machine.snapshot());
    if (snapshots.size() > limit + 1) {
      forgetFarthest();
    }
  }

  /// Forgets the point farthest from the present one, since a game narrows in on a step; the first point stays.
  private void forgetFarthest() {
    long here = machine.steps();
    long second = snapshots.higherKey(snapshots.firstKey());
    long last = snapshots.lastKey();
    snapshots.remove(here - second > last - here ? second : last);
  }
}

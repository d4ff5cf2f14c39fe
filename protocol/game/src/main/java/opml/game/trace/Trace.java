package opml.game.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.move.Interval;
import opml.game.move.LevelStart;
import opml.game.move.Partition;

/// The states of a run of fixed length: state 0 is the start, state `i` the one after step `i - 1`, and [#length()] the
/// index of the last. Where the program ends early, its last state repeats.
///
/// A trace is a value: the same question has the same answer, in this process and in the one after a crash. The solver
/// asks for the same level anew at every move, so that an implementation for which refining is dear keeps what it
/// refined.
public interface Trace {

  /// {@return how many steps there are, at least 1}
  long length();

  /// {@return what the steps are steps of, as the contract derives it: the model at level 0, the program at level 1}
  Bytes32 context();

  /// {@return the state at an index from 0 to [#length()]}
  Bytes32 at(long index);

  /// {@return the states at these indexes, which ascend}. A trace that must run to know a state overrides this, to
  /// know all of them in one run.
  default List<Bytes32> at(long[] indexes) {
    List<Bytes32> states = new ArrayList<>(indexes.length);
    for (long index : indexes) {
      states.add(at(index));
    }
    return states;
  }

  /// {@return the states after each part of an interval}
  default List<Bytes32> at(Interval interval, Partition partition) {
    return at(interval.ends(partition));
  }

  /// {@return the next level's trace of one step, 0 to [#length()]` - 1`; empty if the program is over before it,
  /// so that the step changes nothing and has no trace}
  ///
  /// @throws UnsupportedOperationException if this is the last level
  Optional<Trace> refine(long step);

  /// {@return where this trace begins, as the contract derives it}
  default LevelStart opening() {
    return new LevelStart(at(0), length(), context());
  }
}

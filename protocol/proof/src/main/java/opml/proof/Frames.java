package opml.proof;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;

/// A run of a graph, state by state: index 0 is the start, with the input written and the output that is given, if one
/// is; index `n` is after `n` nodes.
public interface Frames {
  /// {@return the number of steps}
  long length();

  /// {@return the state after `index` steps, 0 to [#length()], with what its commitment binds}
  Frame at(long index);

  /// {@return about how many bytes of memory this run keeps}
  default long keptBytes() {
    return 0;
  }

  /// Gives back what is only kept to be found again soon.
  default void rest() {}

  /// {@return the state alone}
  default GraphState stateAt(long index) {
    return at(index).state();
  }

  /// {@return the states alone of these indexes, which ascend}
  default List<GraphState> statesAt(long[] indexes) {
    return Arrays.stream(indexes).mapToObj(this::stateAt).toList();
  }

  /// One state and its slots.
  interface Frame {
    GraphState state();

    /// {@return the tree over the slots; not to be changed}
    SparseTree slots();

    /// {@return the bytes of a slot; not to be changed}
    MemorySegment slot(int slot);
  }
}

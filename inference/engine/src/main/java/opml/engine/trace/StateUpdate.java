package opml.engine.trace;

import java.util.ArrayList;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;
import opml.engine.commit.Output;
import opml.engine.commit.SlotOpening;

/// How the end of a node's program changes the state: its outputs are written one after the other, each into
/// the slots as the one before has left them.
///
/// @param before what each output's slot held just before it was written, under the root of that moment
/// @param after the state that results
public record StateUpdate(List<SlotOpening> before, GraphState after) {
  public StateUpdate {
    before = List.copyOf(before);
  }

  /// Writes outputs into a tree of slots, which is changed.
  ///
  /// @param roots one for each output: the root of its place in the program's memory at the end
  /// @param stops whether the program exited with 1
  public static StateUpdate write(
      SparseTree slots, List<Output> outputs, List<Bytes32> roots, boolean stops) {
    if (outputs.size() != roots.size()) {
      throw new IllegalArgumentException(
          outputs.size() + " outputs and " + roots.size() + " roots");
    }
    List<SlotOpening> before = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      int slot = outputs.get(i).slot();
      before.add(new SlotOpening(slot, slots.leaf(slot), slots.prove(slot)));
      slots.set(slot, roots.get(i));
    }
    GraphState.Status status = stops ? GraphState.Status.DONE : GraphState.Status.RUNNING;
    return new StateUpdate(before, new GraphState(status, slots.root()));
  }
}

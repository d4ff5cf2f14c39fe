package opml.engine.trace;

import java.util.List;
import opml.core.merkle.Proof;
import opml.engine.commit.GraphState;
import opml.engine.commit.NodeDescriptor;
import opml.engine.commit.SlotOpening;

/// What `refine` is shown of the graph (`spec/protocol.md` §4); the machine's part, the posted states and the
/// end, comes from whoever runs the machine.
///
/// @param before the state that the node starts from
/// @param nodeProof of the node's hash under the graph root
/// @param segments one for each segment that is a slot, under the state's slots' root
/// @param outputs one for each output: the slot's old value, under the root that the outputs before it have
///     left; empty if the program failed
public record RefinementWitness(
    GraphState before,
    NodeDescriptor node,
    Proof nodeProof,
    List<SlotOpening> segments,
    List<SlotOpening> outputs) {
  public RefinementWitness {
    segments = List.copyOf(segments);
    outputs = List.copyOf(outputs);
  }
}

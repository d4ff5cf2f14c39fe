package opml.engine.plan;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.Operands;
import opml.engine.tensor.Tensor;

/// What a run of a graph is: one node after the other, each with memory of its own.
final class PlainLoop {
  /// @param outcomes what each step did, up to one that stops or fails
  /// @param output what the output's slot holds at the end; empty if a node failed
  record Course(List<NodeOutcome> outcomes, List<MemorySegment> output) {}

  private PlainLoop() {}

  static Course run(Graph graph, MemorySegment input, NodeRunner nodes) {
    MemorySegment[] slots = new MemorySegment[graph.slots().size()];
    for (int i = 0; i < slots.length; i++) {
      Slot slot = graph.slots().get(i);
      slots[i] = slot.initial().map(Tensor::data).orElseGet(() -> Tensor.allocate(slot.bytes()));
    }
    slots[graph.input().slot()] = input;
    List<NodeOutcome> outcomes = new ArrayList<>();
    for (long step = 0; step < graph.steps(); step++) {
      int node = (int) (step % graph.nodes().size());
      NodeOutcome outcome =
          nodes.run(graph, node, Operands.of(graph, graph.nodes().get(node), i -> slots[i]));
      outcomes.add(outcome);
      switch (outcome) {
        case NodeOutcome.Failed _ -> {
          return new Course(outcomes, List.of());
        }
        case NodeOutcome.Exited(boolean stops, List<MemorySegment> outputs) -> {
          int[] written = graph.nodes().get(node).outputs();
          for (int i = 0; i < written.length; i++) {
            slots[written[i]] = outputs.get(i);
          }
          if (stops) {
            return new Course(outcomes, List.of(slots[graph.output().slot()]));
          }
        }
      }
    }
    return new Course(outcomes, List.of(slots[graph.output().slot()]));
  }
}

package opml.engine.run;

import java.lang.foreign.MemorySegment;
import opml.engine.graph.Graph;

/// Runs one node. Many threads may call it at the same time.
@FunctionalInterface
public interface NodeRunner {
  /// {@return what node number `node` does with these operands}
  ///
  /// @param operands one for each segment argument of the kernel, in memory aligned to eight bytes; those
  ///     that the node reads stay as they are for good, those that it writes are its own: zeros, or for an update a
  ///     copy of the old value
  NodeOutcome run(Graph graph, int node, MemorySegment[] operands);

  /// {@return a stand-in for the machine where there is none: it throws}
  static NodeRunner unavailable() {
    return (graph, node, operands) -> {
      throw new IllegalStateException(
          "node "
              + graph.nodes().get(node).name()
              + " needs the machine, because its native kernel threw, and none is there");
    };
  }
}

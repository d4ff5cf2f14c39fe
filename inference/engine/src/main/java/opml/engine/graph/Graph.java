package opml.engine.graph;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A model: slots, and nodes that run one after the other, `loops` times over.
///
/// @param loops how often the nodes run, 1 or more
public record Graph(List<Slot> slots, List<GraphNode> nodes, Port input, Port output, long loops) {
  /// Deeper trees of nodes and slots are refused by the registry.
  public static final int MAX_COUNT = 1 << 24;

  public Graph {
    slots = List.copyOf(slots);
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty() || nodes.size() > MAX_COUNT || slots.size() > MAX_COUNT || loops < 1) {
      throw new IllegalArgumentException(
          "not a graph: "
              + nodes.size()
              + " nodes, "
              + slots.size()
              + " slots, "
              + loops
              + " loops");
    }
    Math.multiplyExact(loops, (long) nodes.size());
    requirePort(input, slots);
    requirePort(output, slots);
    for (GraphNode node : nodes) {
      Set<Integer> written = new HashSet<>();
      for (int slot : node.outputs()) {
        if (!written.add(slot)) {
          throw new IllegalArgumentException("node " + node.name() + " writes one slot twice");
        }
      }
      if (written.isEmpty() || written.size() > 4) {
        throw new IllegalArgumentException(
            "node " + node.name() + " writes " + written.size() + " slots, not 1 to 4");
      }
      int count = slots.size();
      if (Arrays.stream(node.inputs()).anyMatch(slot -> slot < 0 || slot >= count)
          || written.stream().anyMatch(slot -> slot < 0 || slot >= count)) {
        throw new IllegalArgumentException("node " + node.name() + " names a slot that is not");
      }
    }
  }

  /// {@return the length of the level-0 trace}
  public long steps() {
    return loops * nodes.size();
  }

  private static void requirePort(Port port, List<Slot> slots) {
    if (port.slot() < 0 || port.slot() >= slots.size() || !port.fits(slots.get(port.slot()))) {
      throw new IllegalArgumentException(
          "a port of %d parts, the first %s, does not fit its slot %d"
              .formatted(port.parts().size(), port.parts().getFirst(), port.slot()));
    }
  }
}

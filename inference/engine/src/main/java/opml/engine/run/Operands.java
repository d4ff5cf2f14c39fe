package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.function.IntFunction;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.tensor.Tensor;

/// The memory that a node is given.
public final class Operands {
  private Operands() {}

  /// {@return one segment for each argument of the node's kernel}
  ///
  /// @param values what the slots hold, at least their bytes
  public static MemorySegment[] of(Graph graph, GraphNode node, IntFunction<MemorySegment> values) {
    MemorySegment[] segments = new MemorySegment[node.operands().size()];
    for (int i = 0; i < segments.length; i++) {
      segments[i] =
          switch (node.operands().get(i)) {
            case Operand.Read read -> value(graph, read.slot(), values);
            case Operand.Write write -> Tensor.allocate(graph.slots().get(write.slot()).bytes());
            case Operand.Update update -> copyOf(value(graph, update.slot(), values));
            case Operand.Absent absent -> Tensor.allocate(absent.bytes());
          };
    }
    return segments;
  }

  static MemorySegment copyOf(MemorySegment value) {
    return Tensor.allocate(value.byteSize()).copyFrom(value);
  }

  private static MemorySegment value(Graph graph, int slot, IntFunction<MemorySegment> values) {
    // a value may carry its padding, which the machine sees and a native kernel does not
    return values.apply(slot).asSlice(0, graph.slots().get(slot).bytes());
  }
}

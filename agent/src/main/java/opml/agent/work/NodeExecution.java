package opml.agent.work;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Executes one node of a graph.
@FunctionalInterface
public interface NodeExecution {
  /// {@return what the node of this step does to the state before it}
  Outcome execute(long step, Frames.Frame before);

  /// What a node leaves behind.
  ///
  /// @param exit 0 go on, 1 stop; anything else is a failure
  /// @param outputs the bytes of the written slots, in the order of the node's operands
  record Outcome(int exit, List<MemorySegment> outputs) {
    /// The program ran beyond its limit, or ended otherwise than with 0 or 1.
    static final Outcome FAILED = new Outcome(2, List.of());

    public Outcome {
      outputs = List.copyOf(outputs);
    }
  }
}

package opml.engine.run;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// What a node did.
public sealed interface NodeOutcome {
  /// Its program exited with 0 or 1.
  ///
  /// @param stops whether it exited with 1, which ends the model's run
  /// @param outputs what the written slots hold now, in the order of the operands; at least their bytes, at most the
  ///     `32·2^depth` that are committed
  record Exited(boolean stops, List<MemorySegment> outputs) implements NodeOutcome {
    public Exited {
      outputs = List.copyOf(outputs);
    }
  }

  /// It exited otherwise, or not within its step limit.
  record Failed() implements NodeOutcome {}
}

package opml.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.engine.tensor.Tensor;

/// What a run comes to on a chain (`spec/graph.md`, `spec/protocol.md`).
///
/// @param model the model's id
/// @param outputs of the run, the same bits as [OnnxSession#run] gives
/// @param finalState the state behind the last node, which a claim posts, and any disputed state leads to
public record Commitment(Bytes32 model, Map<String, Tensor> outputs, Bytes32 finalState) {
  public Commitment {
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }
}

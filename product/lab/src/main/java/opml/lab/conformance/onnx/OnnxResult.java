package opml.lab.conformance.onnx;

import java.util.List;

/// How a case fared.
///
/// @param name of the case
/// @param operators of its model's nodes, those of sub-graphs too, each once
/// @param reason why it did not pass; empty if it did
/// @param bound inputs that were constants of the model, because they decide shapes, or what is run
/// @param drawn whether the model draws by chance, so that of its outputs only types and shapes were compared
/// @param nodes that also ran in the machine
/// @param equal of them, those that gave the same bits there
/// @param skipped nodes that were left out there, as they may take too long, or no claim can be about the model
public record OnnxResult(
    String name,
    List<String> operators,
    Verdict verdict,
    String reason,
    List<String> bound,
    boolean drawn,
    int nodes,
    int equal,
    int skipped) {
  /// What came of it.
  public enum Verdict {
    PASSED,
    /// Another output, or none.
    FAILED,
    /// The import refused it.
    UNSUPPORTED
  }

  public OnnxResult {
    operators = List.copyOf(operators);
    bound = List.copyOf(bound);
  }
}

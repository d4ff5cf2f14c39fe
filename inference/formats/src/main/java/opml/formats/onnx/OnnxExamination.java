package opml.formats.onnx;

import java.util.Map;
import java.util.Optional;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.node.Value;
import opml.formats.refusal.ImportException;

/// What is known of a file once it was imported, or refused.
///
/// @param values types, shapes and constants of its values by their names, as far as they are known: all of them if it
///     can be run; else none behind what is refused
/// @param refusal why it cannot be run, if it cannot
public record OnnxExamination(
    OnnxModel model, Map<String, Value> values, Optional<ImportException> refusal) {
  public OnnxExamination {
    values = Map.copyOf(values);
  }
}

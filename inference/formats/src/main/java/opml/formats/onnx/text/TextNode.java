package opml.formats.onnx.text;

import java.util.List;
import java.util.Optional;
import opml.formats.strings.ModelValue;

/// A node that is computed in plain Java.
///
/// @param label the node's name as people may be shown it
/// @param inputs names of values; empty where an optional one is absent
/// @param outputs names of values; empty where nobody reads one
/// @param strings of each output, whether it is one of strings
public record TextNode(
    String label,
    List<String> inputs,
    List<String> outputs,
    List<Boolean> strings,
    Operation operation) {
  /// What a node computes. An operation has no state.
  @FunctionalInterface
  public interface Operation {
    /// {@return the outputs, in their order}
    ///
    /// @param inputs empty where an optional one is absent
    /// @throws IllegalArgumentException if they are not what the operator takes, or give too much; it says why
    List<ModelValue> run(List<Optional<ModelValue>> inputs);
  }

  public TextNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    strings = List.copyOf(strings);
  }

  /// {@return the outputs, in their order}
  ///
  /// @throws IllegalArgumentException as [Operation#run]; it names the node
  public List<ModelValue> run(List<Optional<ModelValue>> values) {
    try {
      return operation.run(values);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("node " + label + ": " + e.getMessage(), e);
    }
  }
}

package opml.formats.onnx.file;

import java.util.List;

/// One use of an operator.
///
/// @param name may be empty
/// @param domain of the operator; empty for ONNX's own
/// @param overload which function of that name is meant; empty but for functions of the model
/// @param inputs names of values; an empty name is an absent optional input
public record OnnxNode(
    String name,
    String opType,
    String domain,
    String overload,
    List<String> inputs,
    List<String> outputs,
    List<OnnxAttribute> attributes) {
  public OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = List.copyOf(attributes);
  }

  /// {@return the node's name, or its number and operator where it has none}
  ///
  /// @param index of the node in its graph, from 0
  public String label(int index) {
    return name.isEmpty() ? "#" + index + " " + opType : name;
  }

  /// A node of an operator, not of an overloaded function.
  public OnnxNode(
      String name,
      String opType,
      String domain,
      List<String> inputs,
      List<String> outputs,
      List<OnnxAttribute> attributes) {
    this(name, opType, domain, "", inputs, outputs, attributes);
  }

  /// A node of ONNX's own operator set.
  public static OnnxNode of(
      String opType, List<String> inputs, List<String> outputs, OnnxAttribute... attributes) {
    return new OnnxNode(outputs.getFirst(), opType, "", inputs, outputs, List.of(attributes));
  }
}

package opml.formats.onnx.file;

import java.util.List;

/// An operator that the model defines itself, by nodes in its place. Where the domain has an operator of that name, the
/// function replaces it.
///
/// @param overload tells functions of one name apart; usually empty
/// @param inputs names that its nodes have for what a call gives; a call may give less
/// @param outputs names of what a call gets
/// @param attributes names of what a call must give
/// @param defaults attributes that a call may give
/// @param opsets the operators that its nodes mean, which may be of another version than the model's
public record OnnxFunction(
    String domain,
    String name,
    String overload,
    List<String> inputs,
    List<String> outputs,
    List<String> attributes,
    List<OnnxAttribute> defaults,
    List<OnnxNode> nodes,
    List<OnnxOpset> opsets) {
  public OnnxFunction {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = List.copyOf(attributes);
    defaults = List.copyOf(defaults);
    nodes = List.copyOf(nodes);
    opsets = List.copyOf(opsets);
  }

  /// A function that does nothing.
  public OnnxFunction(String domain, String name, String overload) {
    this(domain, name, overload, List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
  }
}

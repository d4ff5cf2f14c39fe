package opml.formats.onnx.file;

import java.util.List;

/// Nodes over named values.
///
/// @param initializers constants by name; before IR version 4 they are also among the inputs
/// @param values what the file tells of values between nodes; it may tell nothing
/// @param sparseInitializers names of constants in a sparse form, whose content was skipped
public record OnnxGraph(
    String name,
    List<OnnxNode> nodes,
    List<OnnxTensor> initializers,
    List<OnnxValueInfo> inputs,
    List<OnnxValueInfo> outputs,
    List<OnnxValueInfo> values,
    List<String> sparseInitializers) {
  public OnnxGraph {
    nodes = List.copyOf(nodes);
    initializers = List.copyOf(initializers);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    values = List.copyOf(values);
    sparseInitializers = List.copyOf(sparseInitializers);
  }

  /// A graph that tells nothing of values between nodes and has no sparse initialisers.
  public OnnxGraph(
      String name,
      List<OnnxNode> nodes,
      List<OnnxTensor> initializers,
      List<OnnxValueInfo> inputs,
      List<OnnxValueInfo> outputs) {
    this(name, nodes, initializers, inputs, outputs, List.of(), List.of());
  }
}

package opml.formats.onnx.node;

import opml.formats.onnx.file.OnnxNode;

/// Imports the nodes of one operator of ONNX.
public interface Operator {
  /// Checks the node and emits what computes it.
  ///
  /// @throws RefusedNode if the node is wrong or more than we support
  void importNode(NodeImport node);

  /// {@return whether no kernel computes such a node: all of its inputs must be known at import}
  default boolean needsConstants(OnnxNode node) {
    return false;
  }

  /// {@return whether the result is known at import although the input is not, but for its shape}
  default boolean asksForShape() {
    return false;
  }
}

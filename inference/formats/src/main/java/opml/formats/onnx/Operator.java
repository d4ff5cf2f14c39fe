package opml.formats.onnx;

/// Imports the nodes of one operator of ONNX.
@FunctionalInterface
interface Operator {
  /// Checks the node and emits what computes it.
  ///
  /// @throws ImportException if the node is wrong or more than we support
  void importNode(NodeImport node);
}

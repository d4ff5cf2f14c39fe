package opml.formats.onnx.node;

import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.file.OnnxNode;

/// One operator of ONNX: what is said of it, how its nodes are imported, and random nodes on which whatever is said of
/// operators is tried.
public interface Operator {
  /// {@return what it is}
  Declaration declaration();

  /// Checks the node and emits what computes it.
  ///
  /// @throws RefusedNode if the node is wrong or more than we support
  void importNode(NodeImport node);

  /// {@return a random node that is imported, with what it is given}; over many, every type and attribute occurs
  OperatorCase random(CaseMaker make);

  /// {@return whether no kernel computes such a node: all of its inputs must be known at import}
  default boolean needsConstants(OnnxNode node) {
    return false;
  }

  /// {@return whether it takes constants of four bits, which it is given as bytes}
  default boolean takesNibbles() {
    return false;
  }

  /// {@return whether the result is known at import although the input is not, but for its shape}
  default boolean asksForShape() {
    return false;
  }
}

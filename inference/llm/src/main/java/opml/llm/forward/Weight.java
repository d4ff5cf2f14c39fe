package opml.llm.forward;

import java.util.List;
import opml.engine.tensor.ElementType;

/// A matrix (outputs, inputs) of a model, in as many slots as it needs, each of which has some of its rows.
record Weight(ElementType type, int outputs, int inputs, List<Piece> pieces) {
  /// Some rows of a matrix.
  ///
  /// @param from its first row
  record Piece(int slot, int from, int count) {}

  Weight {
    pieces = List.copyOf(pieces);
  }

  /// {@return the kernels for matrices of this type are called so, behind the name of what they do}
  String kernelType() {
    return type.label().replace("_", "");
  }
}

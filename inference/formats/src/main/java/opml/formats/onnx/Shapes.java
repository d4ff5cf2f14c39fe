package opml.formats.onnx;

import java.util.List;
import opml.engine.tensor.Shape;

/// Shapes of results, which may be too large.
final class Shapes {
  private Shapes() {}

  static Shape of(NodeImport node, Integer... dims) {
    return of(node, List.of(dims));
  }

  static Shape of(NodeImport node, List<Integer> dims) {
    try {
      return new Shape(dims);
    } catch (IllegalArgumentException e) {
      throw node.refuse("the result is too large: " + dims);
    }
  }
}

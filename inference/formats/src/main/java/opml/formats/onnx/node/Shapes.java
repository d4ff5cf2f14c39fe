package opml.formats.onnx.node;

import java.util.List;
import opml.engine.tensor.Shape;
import opml.formats.refusal.Reason.Kind;

/// Shapes of results, which may be too large.
public final class Shapes {
  private Shapes() {}

  public static Shape of(NodeImport node, Integer... dims) {
    return of(node, List.of(dims));
  }

  public static Shape of(NodeImport node, List<Integer> dims) {
    node.require(
        dims.size() <= Shape.MAX_RANK, "the result has more than " + Shape.MAX_RANK + " axes");
    try {
      return new Shape(dims);
    } catch (IllegalArgumentException e) {
      throw new RefusedNode(Kind.SIZE, "the result is too large", dims.toString());
    }
  }
}

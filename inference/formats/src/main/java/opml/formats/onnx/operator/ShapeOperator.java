package opml.formats.onnx.operator;

import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// Shape and Size: constants, since every shape is known at import.
enum ShapeOperator implements Operator {
  SHAPE,
  SIZE;

  @Override
  public boolean asksForShape() {
    return true;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 1);
    Shape shape = node.input(0).shape();
    switch (this) {
      case SHAPE -> {
        int rank = shape.rank();
        int start = node.attributes().integer("start", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
        int end = node.attributes().integer("end", rank, Integer.MIN_VALUE, Integer.MAX_VALUE);
        node.attributes().end();
        int from = clamp(start, rank);
        long[] dims =
            shape.dims().subList(from, Math.max(from, clamp(end, rank))).stream()
                .mapToLong(dim -> dim)
                .toArray();
        node.defineConstant(Tensor.ofLongs(Shape.of(dims.length), dims));
      }
      case SIZE -> {
        node.attributes().end();
        node.defineConstant(Tensor.ofLongs(Shape.SCALAR, shape.count()));
      }
    }
  }

  private static int clamp(int axis, int rank) {
    return Math.clamp(axis < 0 ? (long) axis + rank : axis, 0, rank);
  }
}

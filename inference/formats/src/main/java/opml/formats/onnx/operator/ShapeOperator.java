package opml.formats.onnx.operator;

import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;

/// Shape and Size: constants, since every shape is known at import.
enum ShapeOperator implements Operator {
  SHAPE("Shape", "the dimensions, or some of them"),
  SIZE("Size", "the number of elements");

  private static final int PARTS = 15;

  private final String label;
  private final String summary;

  ShapeOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary).withAll(Way.SHAPE);
  }

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

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    int rank = make.between(1, 4);
    node.given(make.tensor(make.type(), make.dims(rank)));
    if (this == SHAPE && node.opset() >= PARTS && make.oneIn(2)) {
      int start = make.between(0, rank - 1);
      node.integer("start", start - rank).integer("end", make.between(start + 1, rank + 1));
    }
    return node.end();
  }

  private static int clamp(int axis, int rank) {
    return Math.clamp(axis < 0 ? (long) axis + rank : axis, 0, rank);
  }
}

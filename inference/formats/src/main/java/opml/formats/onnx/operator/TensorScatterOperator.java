package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// TensorScatter: new places of a sequence written into a cache, from a place of each batch's own on, and from its end
/// on at its beginning if it is circular.
final class TensorScatterOperator implements Operator {
  private static final int SUM = 0;
  private static final int REMAINDER = 4;

  private static final Declaration DECLARATION =
      Declaration.of("TensorScatter", "a cache with an update at a place of each batch's own")
          .since(24)
          .withAll(Declaration.Way.KERNEL);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(2, 3);
    Value cache = node.input(0);
    Value update = node.input(1);
    Shape shape = cache.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", -2, -rank, rank), rank);
    String mode = node.attributes().text("mode", "linear");
    node.attributes().end();
    node.require(mode.equals("linear") || mode.equals("circular"), "unknown mode", mode);
    node.require(axis > 0, "the axis is that of the batch");
    node.require(
        update.type() == cache.type()
            && update.shape().rank() == rank
            && update.shape().with(axis, 1).equals(shape.with(axis, 1))
            && update.shape().dim(axis) <= shape.dim(axis)
            && update.shape().count() > 0,
        "the update does not fit the cache",
        update.describe() + " for " + cache.describe());
    int batch = shape.dim(0);
    int count = update.shape().dim(axis);
    int size = shape.dim(axis);
    Composition all = new Composition(node);
    Value begins =
        node.optional(2)
            .map(_ -> GatherOperator.indices(node, 2))
            .orElseGet(() -> all.whole(Shape.of(batch), new long[batch]));
    node.require(
        begins.shape().equals(Shape.of(batch)),
        "there is no place for each batch",
        begins.describe());
    Value places = all.whole(SUM, begins.reshaped(Shape.of(batch, 1)), all.places(count, 1));
    Value indices =
        mode.equals("linear")
            ? places
            : all.whole(REMAINDER, places, all.whole(Shape.SCALAR, size));
    List<Integer> strides = new ArrayList<>(Walk.of(shape).strides());
    int step = strides.set(axis, 0);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      order.add(i == 0 ? count : i == axis ? 1 : 0);
    }
    node.define(
        ScatterOperator.written(
            node,
            cache,
            indices,
            new Walk(0, update.shape().dims(), order),
            update,
            new Walk(0, update.shape().dims(), strides),
            size,
            step,
            Optional.empty()));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    ElementType type = make.type();
    int rank = make.between(2, 4);
    int axis = rank == 2 ? 1 : make.between(1, rank - 1);
    int[] dims = make.dims(rank);
    int[] own = dims.clone();
    own[axis] = make.between(1, dims[axis]);
    boolean circular = make.oneIn(2);
    node.given(make.tensor(type, dims)).either(make.tensor(type, own));
    if (make.oneIn(3)) {
      node.text("mode", circular ? "circular" : "linear");
    } else {
      int most = circular ? dims[axis] - 1 : dims[axis] - own[axis];
      node.given(make.whole(ElementType.I64, 0, most, dims[0]))
          .text("mode", circular ? "circular" : "linear");
    }
    return axis == rank - 2 ? node.end() : node.integer("axis", axis).end();
  }
}

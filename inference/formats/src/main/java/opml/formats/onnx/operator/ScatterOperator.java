package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;
import opml.kernels.operators.Indexing;

/// ScatterElements (Scatter, before) and ScatterND: a copy of a tensor in which elements, or slices, are others, by
/// their indices, or are added, multiplied, or compared with them. Where several are written to one place, the last one
/// stays.
enum ScatterOperator implements Operator {
  OLD("Scatter", 9, "a tensor with other elements along an axis, by their indices"),
  ELEMENTS("ScatterElements", 11, "a tensor with other elements along an axis, by their indices"),
  TUPLES("ScatterND", 11, "a tensor with other slices, by tuples of indices");

  private static final int ADDS = 16;

  private final String label;
  private final int since;
  private final String summary;

  ScatterOperator(String label, int since, String summary) {
    this.label = label;
    this.since = since;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary).since(since).withAll(Way.KERNEL);
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(3, 3);
    Value x = node.input(0);
    Value indices = GatherOperator.indices(node, 1);
    Value updates = node.input(2);
    node.require(
        updates.type() == x.type(),
        "the updates are of another type",
        updates.describe() + " for " + x.describe());
    String reduction = node.attributes().text("reduction", "none");
    if (this == TUPLES) {
      node.attributes().end();
      tuples(node, x, indices, updates, reduction);
    } else {
      int rank = x.shape().rank();
      int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
      node.attributes().end();
      elements(node, x, indices, updates, axis, reduction);
    }
  }

  private static void elements(
      NodeImport node, Value x, Value indices, Value updates, int axis, String reduction) {
    Shape shape = indices.shape();
    node.require(
        shape.rank() == x.shape().rank() && shape.equals(updates.shape()),
        "indices and updates are not alike",
        shape + " and " + updates.shape());
    for (int i = 0; i < shape.rank(); i++) {
      node.require(
          i == axis || shape.dim(i) <= x.shape().dim(i),
          "there are more indices than elements along another axis",
          shape + " of " + x.shape());
    }
    List<Integer> strides = new ArrayList<>(Walk.of(x.shape()).strides());
    int step = strides.set(axis, 0);
    Walk places = new Walk(0, shape.dims(), strides);
    emit(node, x, indices, Walk.of(shape), updates, places, x.shape().dim(axis), step, reduction);
  }

  private static void tuples(
      NodeImport node, Value x, Value indices, Value updates, String reduction) {
    Shape from = x.shape();
    Shape shape = indices.shape();
    node.require(shape.rank() > 0, "there are no indices", "" + shape);
    int width = shape.dim(shape.rank() - 1);
    node.require(
        width >= 1 && width <= from.rank(),
        "the tuples do not fit the tensor",
        shape + " of " + from);
    int inner = from.countOf(width, from.rank());
    int count = shape.countOf(0, shape.rank() - 1);
    node.require(
        updates.shape().count() == (long) count * inner,
        "the updates are not as many as the indices say",
        updates.describe());
    Value flat = GatherOperator.flat(node, indices, from.dims().subList(0, width));
    List<Integer> loops = List.of(count, inner);
    emit(
        node,
        x,
        flat,
        new Walk(0, loops, List.of(1, 0)),
        updates,
        new Walk(0, loops, List.of(0, 1)),
        from.countOf(0, width),
        inner,
        reduction);
  }

  private static void emit(
      NodeImport node,
      Value x,
      Value indices,
      Walk order,
      Value updates,
      Walk places,
      int size,
      int step,
      String reduction) {
    Optional<Integer> kind =
        switch (reduction) {
          case "none" -> Optional.empty();
          case "add" -> Optional.of(Indexing.ADD);
          case "mul" -> Optional.of(Indexing.MULTIPLY);
          case "min" -> Optional.of(Indexing.MINIMUM);
          case "max" -> Optional.of(Indexing.MAXIMUM);
          default -> throw new RefusedNode("unknown reduction", reduction);
        };
    node.define(
        updates.isEmpty()
            ? x
            : written(node, x, indices, order, updates, places, size, step, kind));
  }

  /// {@return x with updates at places that int64 indices name}
  ///
  /// @param order the way through the indices, and `places` that to where an index of 0 writes, both for each update
  /// @param size places along the axis that is indexed, and `step` elements from one to the next
  /// @param kind what an update is to what is there, as `scatter.f32` has it; if there is none, it takes its place
  static Value written(
      NodeImport node,
      Value x,
      Value indices,
      Walk order,
      Value updates,
      Walk places,
      int size,
      int step,
      Optional<Integer> kind) {
    node.require(size > 0, "there is no place to write to", x.describe());
    ElementType as = kind.isEmpty() ? x.type() : NumberTypes.computedAs(x.type());
    MergedLoops loops = MergedLoops.of(node, order, places);
    NodeImport.Call call =
        node.call(kind.isEmpty() ? "scatter.b" + as.bytes() : "scatter." + as.label())
            .named("written")
            .read(node.cast(x, as))
            .read(indices)
            .read(node.cast(updates, as))
            .writePart(as, x.shape())
            .ints("loops", loops.sizes())
            .ints("indices", loops.routes().getFirst())
            .ints("y", loops.routes().getLast())
            .ints("count", x.shape().count())
            .ints("n", size)
            .ints("step", step);
    kind.ifPresent(which -> call.ints("kind", which));
    return node.cast(call.emitPart(), x.type());
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(since);
    ElementType type = make.type();
    int rank = make.between(1, 3);
    int[] dims = make.dims(rank);
    node.given(make.tensor(type, dims));
    if (this == TUPLES) {
      int count = make.size();
      int width = make.between(1, rank);
      int[] own = new int[1 + rank - width];
      own[0] = count;
      System.arraycopy(dims, width, own, 1, rank - width);
      node.either(make.whole(ElementType.I64, -2, 2, count, width)).either(make.tensor(type, own));
    } else {
      int axis = make.between(0, rank - 1);
      int[] own = dims.clone();
      own[axis] = make.size();
      node.either(make.whole(ElementType.I64, -dims[axis], dims[axis], own))
          .either(make.tensor(type, own))
          .integer("axis", axis);
    }
    return node.opset() >= ADDS && this != OLD && type != ElementType.BOOL && make.oneIn(2)
        ? node.text("reduction", make.one("add", "mul")).end()
        : node.end();
  }
}

package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
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
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Gather: slices along an axis; GatherElements: single elements along an axis; GatherND: slices by tuples of indices.
/// Indices below 0 count from the end; one out of range is taken as the nearest one inside.
enum GatherOperator implements Operator {
  SLICES("Gather", 6, "slices of a tensor along an axis, by their indices"),
  ELEMENTS("GatherElements", 11, "elements of a tensor along an axis, by their indices"),
  TUPLES("GatherND", 11, "slices of a tensor, by tuples of indices");

  private final String label;
  private final int since;
  private final String summary;

  GatherOperator(String label, int since, String summary) {
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
    node.arity(2, 2);
    switch (this) {
      case SLICES -> slices(node, node.counted(0), node.counted(1));
      case ELEMENTS -> elements(node, node.input(0), indices(node, 1));
      case TUPLES -> tuples(node, node.input(0), node.counted(1));
    }
  }

  /// {@return an input of indices as int64}
  static Value indices(NodeImport node, int input) {
    return indices(node, node.input(input));
  }

  private static Value indices(NodeImport node, Value indices) {
    node.requireType(
        indices.type() == ElementType.I64 || indices.type() == ElementType.I32,
        indices.type(),
        "int64 and int32 are supported");
    return node.cast(indices, ElementType.I64);
  }

  private static void slices(NodeImport node, Value data, Value places) {
    Value x = data.whole();
    Value indices = indices(node, places.whole());
    Shape from = x.shape();
    int rank = from.rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    node.attributes().end();
    node.carry(sliceCount(node, data, places, axis));
    List<Integer> dims = new ArrayList<>(from.dims().subList(0, axis));
    dims.addAll(indices.shape().dims());
    dims.addAll(from.dims().subList(axis + 1, rank));
    Shape result = Shapes.of(node, dims);
    int outer = from.countOf(0, axis);
    int inner = from.countOf(axis + 1, rank);
    int size = from.dim(axis);
    int count = indices.shape().count();
    List<Integer> loops = List.of(outer, count, inner);
    Walk slices = new Walk(0, loops, List.of(size * inner, 0, 1));
    Walk order = new Walk(0, loops, List.of(0, 1, 0));
    node.define(taken(node, "", x, slices, indices, order, size, inner, result));
  }

  /// {@return the rows of a matrix that int64 indices name}
  ///
  /// @param what names the call
  static Value rows(NodeImport node, String what, Value matrix, Value indices) {
    int width = matrix.shape().dim(1);
    List<Integer> dims = new ArrayList<>(indices.shape().dims());
    dims.add(width);
    List<Integer> loops = List.of(indices.shape().count(), width);
    return taken(
        node,
        what,
        matrix,
        new Walk(0, loops, List.of(0, 1)),
        indices,
        new Walk(0, loops, List.of(1, 0)),
        matrix.shape().dim(0),
        width,
        Shapes.of(node, dims));
  }

  /// {@return how much of the slices is there. Whatever stands behind the last index is the index of some slice}
  private static Optional<Value.Count> sliceCount(
      NodeImport node, Value data, Value places, int axis) {
    node.require(
        data.count().isEmpty() || places.count().isEmpty(),
        "the data decide the sizes of both inputs");
    if (places.count().isPresent()) {
      Value.Count count = places.count().get();
      return Optional.of(new Value.Count(axis + count.axis(), count.number()));
    }
    return data.count()
        .map(
            count -> {
              node.require(
                  count.axis() != axis, "slices are taken of an axis whose size the data decide");
              int more = count.axis() < axis ? 0 : places.shape().rank() - 1;
              return new Value.Count(count.axis() + more, count.number());
            });
  }

  private static void elements(NodeImport node, Value x, Value indices) {
    Shape from = x.shape();
    int rank = from.rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    node.attributes().end();
    Shape shape = indices.shape();
    node.require(shape.rank() == rank, "the indices have not as many axes", "" + shape);
    Walk all = Walk.of(from);
    List<Integer> strides = new ArrayList<>(all.strides());
    int step = strides.set(axis, 0);
    for (int i = 0; i < rank; i++) {
      node.require(
          i == axis || shape.dim(i) <= from.dim(i),
          "there are more indices than elements along another axis",
          shape + " of " + from);
    }
    Walk places = new Walk(0, shape.dims(), strides);
    Walk order = Walk.of(shape);
    node.define(taken(node, "", x, places, indices, order, from.dim(axis), step, shape));
  }

  private static void tuples(NodeImport node, Value x, Value given) {
    Value indices = indices(node, given.whole());
    Shape from = x.shape();
    Shape shape = indices.shape();
    int batch = node.attributes().integer("batch_dims", 0, 0, Shape.MAX_RANK);
    node.attributes().end();
    node.require(
        shape.rank() > batch && from.rank() > batch, "there are no indices", shape + " of " + from);
    int width = shape.dim(shape.rank() - 1);
    given
        .count()
        .ifPresent(
            count ->
                node.require(
                    count.axis() >= batch && count.axis() < shape.rank() - 1,
                    "the data decide the size of another axis than that of the tuples"));
    node.carry(given.count());
    node.require(
        width >= 1
            && batch + width <= from.rank()
            && from.dims().subList(0, batch).equals(shape.dims().subList(0, batch)),
        "the tuples do not fit the tensor",
        shape + " of " + from);
    List<Integer> dims = new ArrayList<>(shape.dims().subList(0, shape.rank() - 1));
    dims.addAll(from.dims().subList(batch + width, from.rank()));
    Shape result = Shapes.of(node, dims);
    int batches = from.countOf(0, batch);
    int each = shape.countOf(batch, shape.rank() - 1);
    int places = from.countOf(batch, batch + width);
    int inner = from.countOf(batch + width, from.rank());
    Value flat = flat(node, indices, from.dims().subList(batch, batch + width));
    List<Integer> loops = List.of(batches, each, inner);
    Walk begins = new Walk(0, loops, List.of(places * inner, 0, 1));
    Walk order = new Walk(0, loops, List.of(each, 1, 0));
    node.define(taken(node, "", x, begins, flat, order, places, inner, result));
  }

  /// {@return one index for each tuple}
  static Value flat(NodeImport node, Value tuples, List<Integer> sizes) {
    int width = sizes.size();
    int most = 6;
    node.require(width <= most, "tuples have more than " + most + " indices", "" + width);
    int[] all = new int[most];
    Arrays.fill(all, 1);
    for (int i = 0; i < width; i++) {
      all[i] = sizes.get(i);
    }
    int count = tuples.shape().count() / Math.max(1, width);
    return node.call("ravel")
        .named("flat")
        .read(tuples)
        .writePart(ElementType.I64, Shapes.of(node, count))
        .ints("count", count)
        .ints("width", width)
        .ints("sizes", all)
        .emitPart();
  }

  private static Value taken(
      NodeImport node,
      String what,
      Value x,
      Walk places,
      Value indices,
      Walk order,
      int size,
      int step,
      Shape result) {
    node.require(size > 0 || result.count() == 0, "there is nothing to take", x.describe());
    MergedLoops loops = MergedLoops.of(node, places, order);
    NodeImport.Call call = node.call("gather.b" + x.type().bytes()).read(x).read(indices);
    return OneCall.write(call, what, x.type(), result)
        .ints("loops", loops.sizes())
        .ints("x", loops.routes().getFirst())
        .ints("indices", loops.routes().getLast())
        .ints("n", size)
        .ints("step", step)
        .emitPart();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(since);
    ElementType type = make.one(ElementType.I32, ElementType.I64);
    int rank = make.between(1, 3);
    int axis = make.between(0, rank - 1);
    int[] dims = make.dims(rank);
    int most = dims[axis] + 1;
    node.given(make.tensor(make.type(), dims));
    switch (this) {
      case SLICES ->
          node.either(make.whole(type, -most, most, make.dims(make.between(0, 2))))
              .integer("axis", axis);
      case ELEMENTS -> {
        int[] own = dims.clone();
        own[axis] = make.size();
        node.either(make.whole(type, -most, most, own)).integer("axis", axis);
      }
      case TUPLES ->
          node.either(make.whole(ElementType.I64, -3, 3, make.size(), make.between(1, rank)));
    }
    return node.end();
  }
}

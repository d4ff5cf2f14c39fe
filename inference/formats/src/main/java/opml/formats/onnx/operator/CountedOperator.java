package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.ElementMoves;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Operators of which the data decide how large the result is: NonZero, Compress, Unique and NonMaxSuppression. Where
/// that is not known at import, the result has the greatest size that it can have, and a number says how much of it is
/// there ([Value.Count]).
enum CountedOperator implements Operator {
  COMPRESS("Compress", 9, "slices along an axis whose condition holds"),
  NON_MAX_SUPPRESSION(
      "NonMaxSuppression", 10, "boxes by falling score, without those that overlap others"),
  NON_ZERO("NonZero", 9, "the indices of elements that are not zero"),
  UNIQUE("Unique", 11, "what differs along an axis, each once");

  private final String label;
  private final int since;
  private final String summary;

  CountedOperator(String label, int since, String summary) {
    this.label = label;
    this.since = since;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    Declaration declaration = Declaration.of(label, summary).since(since);
    return switch (this) {
      case COMPRESS, NON_ZERO -> declaration.withAll(Way.KERNEL);
      case NON_MAX_SUPPRESSION -> declaration.with(Way.KERNEL, ElementType.F32);
      case UNIQUE -> declaration.with(Way.KERNEL, NumberTypes.NUMBERS);
    };
  }

  @Override
  public void importNode(NodeImport node) {
    switch (this) {
      case COMPRESS -> compress(node);
      case NON_MAX_SUPPRESSION -> suppress(node);
      case NON_ZERO -> nonZero(node);
      case UNIQUE -> unique(node);
    }
  }

  /// Defines an output: the first elements of an axis.
  ///
  /// @param all of the greatest size
  /// @param count how many are there, as a call has written it
  private static void define(
      NodeImport node, int output, String what, Value all, int axis, Value count) {
    Optional<Tensor> known = count.constant();
    if (known.isEmpty()) {
      node.define(output, all.counted(Optional.of(new Value.Count(axis, count.place()))));
      return;
    }
    int found = (int) known.get().integer(0);
    Walk walk = Walk.of(all.shape()).sliced(axis, 0, found, 1);
    node.define(output, node.moves().of(what, all, walk, all.shape().with(axis, found)));
  }

  private static void compress(NodeImport node) {
    node.arity(2, 2);
    Value x = node.input(0);
    Value condition = node.input(1);
    node.require(
        condition.type() == ElementType.BOOL && condition.shape().rank() == 1,
        "the condition is no list of bools");
    boolean flat = !node.attributes().has("axis");
    Value from = flat ? x.reshaped(Shapes.of(node, x.shape().count())) : x;
    int rank = from.shape().rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    node.attributes().end();
    if (condition.constant().isPresent()) {
      node.constant(1); // of a size that is read at import
      node.define(kept(node, from, axis, condition.constant().get()));
      return;
    }
    int conditions = condition.shape().count();
    int most = Math.min(conditions, from.shape().dim(axis));
    List<Value> parts =
        node.call("compress")
            .named("kept")
            .read(from)
            .read(condition)
            .writePart(x.type(), from.shape().with(axis, most))
            .writePart(ElementType.I64, Shape.of(1))
            .ints("axis", Axes.around(from.shape(), axis))
            .ints("conditions most", conditions, most)
            .ints("log", Integer.numberOfTrailingZeros(x.type().bytes()))
            .emitAll();
    define(node, 0, "some", parts.getFirst(), axis, parts.getLast());
  }

  private static Value kept(NodeImport node, Value from, int axis, Tensor condition) {
    List<ElementMoves.Part> parts = new ArrayList<>();
    int most = Math.min(condition.shape().count(), from.shape().dim(axis));
    int found = 0;
    for (int i = 0; i < most; i++) {
      found += condition.integer(i) != 0 ? 1 : 0;
    }
    Shape result = from.shape().with(axis, found);
    int at = 0;
    for (int i = 0; i < most; i++) {
      if (condition.integer(i) != 0) {
        parts.add(
            new ElementMoves.Part(
                from,
                Walk.of(from.shape()).sliced(axis, i, 1, 1),
                Walk.of(result).sliced(axis, at++, 1, 1)));
      }
    }
    return node.moves().assembled("kept", from.type(), result, parts);
  }

  private static void nonZero(NodeImport node) {
    node.arity(1, 1);
    node.attributes().end();
    Value x = node.input(0);
    Shape shape = x.shape();
    int most = 6;
    node.require(shape.rank() <= most, "more than " + most + " axes", x.describe());
    int[] sizes = new int[most];
    Arrays.fill(sizes, 1);
    for (int i = 0; i < shape.rank(); i++) {
      sizes[i] = shape.dim(i);
    }
    int n = shape.count();
    List<Value> parts =
        node.call("nonzero")
            .named("found")
            .read(node.cast(x, ElementType.BOOL))
            .writePart(ElementType.I64, Shapes.of(node, shape.rank(), n))
            .writePart(ElementType.I64, Shape.of(1))
            .ints("n", n)
            .ints("rank", shape.rank())
            .ints("sizes", sizes)
            .emitAll();
    define(node, 0, "indices", parts.getFirst(), 1, parts.getLast());
  }

  private static void unique(NodeImport node) {
    node.arity(1, 1, 4);
    Value x = node.input(0);
    node.requireType(x.type() != ElementType.BOOL, x.type(), "numbers are supported");
    boolean flat = !node.attributes().has("axis");
    Value from = flat ? x.reshaped(Shapes.of(node, x.shape().count())) : x;
    Shape shape = from.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    boolean sorted = node.attributes().flag("sorted", true);
    node.attributes().end();
    ElementType as = NumberTypes.computedAs(x.type());
    int n = shape.dim(axis);
    List<Value> parts =
        node.call("distinct." + as.label())
            .named("found")
            .read(node.cast(from, as))
            .writePart(as, shape)
            .writePart(ElementType.I64, Shapes.of(node, 3, n))
            .writePart(ElementType.I64, Shape.of(1))
            .writePart(ElementType.I32, Shapes.of(node, 4, Math.max(1, n)))
            .ints("axis", Axes.around(shape, axis))
            .flag("sorted", sorted)
            .emitAll();
    Value count = parts.get(2);
    define(node, 0, "values", node.cast(parts.get(0), x.type()), axis, count);
    List<String> rows = List.of("indices", "inverse", "counts");
    for (int row = 0; row < rows.size(); row++) {
      if (node.wants(1 + row)) {
        Walk walk = Walk.of(parts.get(1).shape()).sliced(0, row, 1, 1);
        Value all = node.moves().of(rows.get(row), parts.get(1), walk, Shape.of(n));
        if (row == 1) {
          node.define(1 + row, all);
        } else {
          define(node, 1 + row, rows.get(row) + ".some", all, 0, count);
        }
      }
    }
  }

  private static void suppress(NodeImport node) {
    node.arity(2, 5);
    Value boxes = node.input(0);
    Value scores = node.input(1);
    boolean centered = node.attributes().flag("center_point_box", false);
    node.attributes().end();
    Shape shape = scores.shape();
    node.require(
        boxes.type() == ElementType.F32
            && scores.type() == ElementType.F32
            && shape.rank() == 3
            && boxes.shape().equals(Shape.of(shape.dim(0), shape.dim(2), 4)),
        "boxes and scores do not fit together",
        boxes.describe() + " and " + scores.describe());
    int n = shape.dim(2);
    // Of a limit that is known, no more room is needed.
    int each =
        node.optional(2)
            .flatMap(Value::constant)
            .filter(known -> known.type() == ElementType.I64 && known.shape().count() == 1)
            .map(known -> Math.clamp(known.integer(0), 1, Math.max(1, n)))
            .orElse(n);
    Value limit = number(node, 2, node.constant("none", Tensor.ofLongs(Shape.SCALAR, 0)));
    Value zero = node.constant("zero", Tensor.ofFloats(Shape.SCALAR, 0));
    Value overlap = number(node, 3, zero);
    Value score = number(node, 4, zero);
    List<Value> parts =
        node.call("nonmaxsuppression")
            .named("found")
            .read(boxes)
            .read(scores)
            .read(limit)
            .read(overlap)
            .read(score)
            .writePart(ElementType.I64, Shapes.of(node, shape.dim(0) * shape.dim(1) * each, 3))
            .writePart(ElementType.I64, Shape.of(1))
            .writePart(ElementType.I32, Shapes.of(node, 2, Math.max(1, n)))
            .ints("batch", shape.dim(0))
            .ints("classes", shape.dim(1))
            .ints("n", n)
            .ints("each", each)
            .flag("centered", centered)
            .flag("scored", node.inputs() > 4 && node.optional(4).isPresent())
            .emitAll();
    define(node, 0, "boxes", parts.get(0), 0, parts.get(1));
  }

  private static Value number(NodeImport node, int index, Value otherwise) {
    if (node.optional(index).isEmpty()) {
      return otherwise;
    }
    Value value = node.input(index);
    node.require(
        value.type() == otherwise.type() && value.shape().count() == 1,
        "input " + index + " is not one " + otherwise.type().label(),
        value.describe());
    return value;
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(since);
    int rank = make.between(1, 3);
    int[] dims = make.dims(rank);
    return switch (this) {
      case COMPRESS -> {
        int axis = make.between(0, rank - 1);
        Tensor condition = make.whole(ElementType.BOOL, 1, 1, dims[axis]);
        yield node.given(make.tensor(make.type(), dims))
            .either(condition)
            .integer("axis", axis)
            .end();
      }
      case NON_ZERO -> node.either(make.whole(make.type(), 1, 1, dims)).end();
      case UNIQUE -> node.either(make.whole(make.one(NumberTypes.NUMBERS), 0, 3, dims)).end();
      case NON_MAX_SUPPRESSION ->
          node.either(make.whole(ElementType.F32, 0, 9, 1, 4, 4))
              .either(make.whole(ElementType.F32, 1, 9, 1, 1, 4))
              .constant(Tensor.ofLongs(Shape.of(1), 3))
              .end();
    };
  }
}

package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.node.Walk;

/// Normalisation of rows as ONNX Runtime fuses it: of a sum, of rows of tables, or by the root of the mean square. The
/// last of these it has in ONNX's own operator set.
enum SkipNormalisationOperator implements Operator {
  EMBEDDING(
      "EmbedLayerNormalization",
      "the sum of words', positions' and segments' rows, normalised row by row"),
  SKIP("SkipLayerNormalization", "x + skip + bias, normalised row by row"),
  SKIP_ROOT(
      "SkipSimplifiedLayerNormalization",
      "x + skip + bias, by the root of the mean square of each row"),
  ROOT("SimplifiedLayerNormalization", "rows by the root of their mean square");

  private static final float EPSILON = 1e-12f;
  private static final float EPSILON_OF_ROOTS = 1e-5f;

  private final String label;
  private final String summary;

  SkipNormalisationOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    Declaration declared = Declaration.of(label, summary);
    Declaration own = this == ROOT ? declared : declared.in(Composition.MICROSOFT);
    return this == EMBEDDING
        ? own.with(Declaration.Way.KERNEL, ElementType.I32)
        : own.with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  @Override
  public void importNode(NodeImport node) {
    Composition all = new Composition(node);
    switch (this) {
      case EMBEDDING -> embedding(all);
      case SKIP, SKIP_ROOT -> skip(all);
      case ROOT -> root(all);
    }
  }

  private void skip(Composition all) {
    NodeImport node = all.node();
    boolean isRoot = this == SKIP_ROOT;
    node.arity(3, isRoot ? 4 : 5, 4);
    Floats floats = Floats.of(node, 0);
    float epsilon = node.attributes().real("epsilon", EPSILON);
    node.attributes().end();
    Value x = floats.input(0);
    Shape shape = x.shape();
    node.require(shape.rank() >= 2 && shape.count() > 0, "the input has no rows", x.describe());
    Value skip = floats.input(1);
    node.require(
        Broadcast.shape(node, skip.shape(), shape).equals(shape),
        "skip does not fit the input",
        skip.describe());
    Value sum = all.sum(x, skip);
    Optional<Value> bias = floats.optional(isRoot ? 3 : 4);
    if (bias.isPresent()) {
      sum = all.sum(sum, requireRow(node, bias.get(), shape));
    }
    floats.define(3, sum);
    Value scale = requireRow(node, floats.input(2), shape);
    if (isRoot) {
      floats.define(0, roots(node, sum, scale, epsilon));
      node.require(!node.wants(1) && !node.wants(2), "means are not supported");
      return;
    }
    List<Value> normal =
        normalised(
            node,
            sum,
            scale,
            floats.optional(3).map(value -> requireRow(node, value, shape)),
            epsilon);
    floats.define(0, normal.getFirst());
    List<Integer> kept = new ArrayList<>(shape.dims());
    kept.set(shape.rank() - 1, 1);
    node.define(1, normal.get(1).reshaped(new Shape(kept)));
    node.define(2, normal.get(2).reshaped(new Shape(kept)));
  }

  private static void root(Composition all) {
    NodeImport node = all.node();
    node.arity(2, 2);
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", -1, -rank, rank), rank);
    float epsilon = node.attributes().real("epsilon", EPSILON_OF_ROOTS);
    node.attributes().integer("stash_type", 1, 1, 16); // float is at least as exact
    node.attributes().end();
    Shape row = new Shape(shape.dims().subList(axis, rank));
    Value scale = floats.input(1);
    node.require(
        scale.shape().count() == row.count(), "the scale does not fit the rows", scale.describe());
    Shape rows = Shapes.of(node, shape.countOf(0, axis), row.count());
    floats.define(
        0,
        roots(node, x.reshaped(rows), scale.reshaped(Shape.of(row.count())), epsilon)
            .reshaped(shape));
  }

  private static Value requireRow(NodeImport node, Value value, Shape shape) {
    node.require(
        value.shape().equals(Shape.of(shape.dim(shape.rank() - 1))),
        "scale or bias does not fit the rows",
        value.describe());
    return value;
  }

  private static Value roots(NodeImport node, Value x, Value scale, float epsilon) {
    int n = scale.shape().count();
    return node.call("rmsnorm.f32")
        .named("normal")
        .read(x)
        .read(scale)
        .writePart(ElementType.F32, x.shape())
        .ints("rows n", x.shape().count() / n, n)
        .real("epsilon", epsilon)
        .emitPart();
  }

  private static List<Value> normalised(
      NodeImport node, Value x, Value scale, Optional<Value> bias, float epsilon) {
    int n = scale.shape().count();
    Value shift = bias.orElseGet(() -> Floats.filled(node, "zeros", 0, Shape.of(n)));
    int[] factors = {1, 0, 1};
    return RowNormalisationOperator.normalise(
        node, x, scale, shift, x.shape().count() / n, n, factors, epsilon);
  }

  private static void embedding(Composition all) {
    NodeImport node = all.node();
    node.arity(7, 9, 3);
    Floats floats = Floats.of(node, 2);
    float epsilon = node.attributes().real("epsilon", EPSILON);
    node.attributes().integer("mask_index_type", 0, 0, 1);
    node.attributes().end();
    Value ids = node.cast(node.input(0, ElementType.I32), ElementType.I64);
    Shape shape = ids.shape();
    node.require(shape.rank() == 2 && shape.count() > 0, "ids are no sequences", "" + shape);
    int sequence = shape.dim(1);
    Value words = table(node, floats.input(2));
    Value places = table(node, floats.input(3));
    Optional<Value> positions = node.optional(8).map(_ -> GatherOperator.indices(node, 8));
    Value sum = all.rows(words, ids);
    node.require(
        positions.isPresent() || sequence <= places.shape().dim(0), "there are too few positions");
    sum =
        all.sum(
            sum,
            positions
                .map(value -> all.rows(places, value))
                .orElseGet(() -> all.part(places, 0, 0, sequence)));
    if (node.optional(1).isPresent()) {
      Value segments = GatherOperator.indices(node, 1);
      sum = all.sum(sum, all.rows(table(node, floats.input(4)), segments));
    }
    node.require(sum.shape().rank() == 3, "positions or segments do not fit", "" + sum.shape());
    Value scale = requireRow(node, floats.input(5), sum.shape());
    Value bias = requireRow(node, floats.input(6), sum.shape());
    floats.define(0, normalised(node, sum, scale, Optional.of(bias), epsilon).getFirst());
    floats.define(2, sum);
    if (node.wants(1)) {
      node.define(1, lengths(all, shape));
    }
  }

  private static Value table(NodeImport node, Value table) {
    node.require(table.shape().rank() == 2, "a table is no matrix", table.describe());
    return table;
  }

  /// {@return how many places of each mask are not 0}, which are the first ones; 0 where there is no mask
  private static Value lengths(Composition all, Shape shape) {
    NodeImport node = all.node();
    int batch = shape.dim(0);
    int sequence = shape.dim(1);
    Optional<Value> given = node.optional(7);
    if (given.isEmpty()) {
      return node.constant("lengths", Tensor.zero(ElementType.I32, Shape.of(batch)));
    }
    Value mask = GatherOperator.indices(node, 7);
    node.require(mask.shape().equals(shape), "the mask does not fit", mask.describe());
    Value one = all.whole(Shape.SCALAR, 1);
    Value ones = all.along(one, Walk.of(Shape.SCALAR).broadcast(Shape.of(sequence, 1)));
    Value sums =
        node.call("matmul.i64")
            .named("counted")
            .read(mask)
            .read(ones)
            .writePart(ElementType.I64, Shape.of(batch))
            .ints("batch m n k", 1, batch, 1, sequence)
            .ints("a.batch a.row a.column", 0, sequence, 1)
            .ints("b.batch b.row b.column", 0, 1, 1)
            .emitPart();
    return node.cast(sums, ElementType.I32);
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int batch = make.between(1, 2);
    int sequence = make.size();
    int width = make.size();
    switch (this) {
      case EMBEDDING -> {
        ElementType own = make.one(ElementType.F32, ElementType.F16);
        int words = make.size();
        boolean segments = make.oneIn(2);
        node.given(make.whole(ElementType.I32, 0, words - 1, batch, sequence));
        if (segments) {
          node.given(make.whole(ElementType.I32, 0, 1, batch, sequence));
        } else {
          node.absent();
        }
        node.either(make.tensor(own, words, width)).either(make.tensor(own, sequence, width));
        if (segments) {
          node.either(make.tensor(own, 2, width));
        } else {
          node.absent();
        }
        node.either(make.tensor(own, width)).either(make.tensor(own, width));
        if (make.oneIn(2)) {
          node.given(make.whole(ElementType.I32, 0, 1, batch, sequence));
          if (make.oneIn(2)) {
            int rows = make.one(1, batch);
            node.given(make.whole(ElementType.I32, 0, sequence - 1, rows, sequence));
          }
        }
        node.outputs(make.one(2, 3));
      }
      case SKIP, SKIP_ROOT -> {
        node.given(make.tensor(type, batch, sequence, width))
            .given(
                make.oneIn(2)
                    ? make.tensor(type, batch, sequence, width)
                    : make.tensor(type, sequence, width))
            .either(make.tensor(type, width));
        boolean biased = make.oneIn(2);
        if (this == SKIP && make.oneIn(2)) {
          node.either(make.tensor(type, width));
        } else if (this == SKIP && biased) {
          node.absent();
        }
        if (biased) {
          node.either(make.tensor(type, width));
        }
      }
      case ROOT ->
          node.given(make.tensor(type, batch, sequence, width)).either(make.tensor(type, width));
    }
    return node.real("epsilon", 0.01f).end();
  }
}

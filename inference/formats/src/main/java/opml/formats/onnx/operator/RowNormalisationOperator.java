package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Normalisations of rows, each by its own mean and variance, or its own root mean square: a row is all from an axis
/// on, a channel of an image, a group of channels, or, of MeanVarianceNormalization, what has the same place in all
/// axes that are not named.
enum RowNormalisationOperator implements Operator {
  LAYER("LayerNormalization", 17, "each row less its mean, by its deviation, scaled"),
  INSTANCE("InstanceNormalization", 6, "each channel less its mean, by its deviation, scaled"),
  GROUP("GroupNormalization", 18, "each group of channels less its mean, by its deviation, scaled"),
  ROOT("RMSNormalization", 23, "each row by its root mean square, scaled"),
  MEAN_VARIANCE(
      "MeanVarianceNormalization", 9, "what is along axes less its mean, by its deviation");

  /// ONNX adds it to the deviation, so that rows of equal elements are zeros; we add its square to the variance.
  private static final float MEAN_VARIANCE_EPSILON = 1e-18f;

  private static final float EPSILON = 1e-5f;

  /// Since then a scale is a channel's, and not a group's.
  private static final int PER_CHANNEL = 21;

  private final String label;
  private final int since;
  private final String summary;

  RowNormalisationOperator(String label, int since, String summary) {
    this.label = label;
    this.since = since;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary)
        .since(since)
        .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);
  }

  @Override
  public void importNode(NodeImport node) {
    switch (this) {
      case LAYER -> {
        node.arity(2, 3, 3);
        layer(node);
      }
      case ROOT -> {
        node.arity(2, 2);
        layer(node);
      }
      case INSTANCE, GROUP -> {
        node.arity(3, 3);
        channels(node);
      }
      case MEAN_VARIANCE -> {
        node.arity(1, 1);
        meanVariance(node);
      }
    }
  }

  private void layer(NodeImport node) {
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    int axis = node.axis(node.attributes().integer("axis", -1, -rank, rank), rank);
    float epsilon = node.attributes().real("epsilon", EPSILON);
    node.attributes().integer("stash_type", 1, 1, 16); // float is at least as exact
    node.attributes().end();
    Shape row = new Shape(shape.dims().subList(axis, rank));
    int rows = shape.countOf(0, axis);
    int n = row.count();
    Value scale = node.broadcast("scale", floats.input(1), row);
    if (this == ROOT) {
      Value y =
          node.call("rmsnorm.f32")
              .named("normal")
              .read(x)
              .read(scale)
              .writePart(ElementType.F32, shape)
              .ints("rows n", rows, n)
              .real("epsilon", epsilon)
              .emitPart();
      floats.define(0, y);
      return;
    }
    Value bias = node.broadcast("bias", floats.orElse(2, "zeros", 0f, row), row);
    List<Integer> kept = new ArrayList<>(shape.dims());
    kept.subList(axis, rank).replaceAll(_ -> 1);
    List<Value> all = normalise(node, x, scale, bias, rows, n, new int[] {1, 0, 1}, epsilon);
    floats.define(0, all.getFirst());
    node.define(1, all.get(1).reshaped(new Shape(kept)));
    node.define(2, all.get(2).reshaped(new Shape(kept)));
  }

  private void channels(NodeImport node) {
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    node.require(shape.rank() >= 2, "the input has no channels", x.describe());
    int channels = shape.dim(1);
    int groups =
        this == GROUP ? node.attributes().integer("num_groups", 0, 1, Integer.MAX_VALUE) : channels;
    float epsilon = node.attributes().real("epsilon", EPSILON);
    if (this == GROUP) {
      node.attributes().integer("stash_type", 1, 1, 16);
    }
    node.attributes().end();
    node.require(
        groups > 0 && channels % groups == 0,
        "the groups do not divide the channels",
        groups + " groups of " + channels + " channels");
    boolean perChannel = this == INSTANCE || node.opset() >= PER_CHANNEL;
    int factors = perChannel ? channels : groups;
    Value scale = floats.input(1);
    Value bias = floats.input(2);
    for (Value value : List.of(scale, bias)) {
      node.require(
          value.shape().equals(Shape.of(factors)),
          "scale and bias must have a number for each channel or group",
          value.describe() + ", not " + factors);
    }
    int rows = shape.dim(0) * groups;
    int n = shape.count() / rows;
    int perRow = factors / groups;
    int[] which = {groups, perRow, n / perRow};
    floats.define(0, normalise(node, x, scale, bias, rows, n, which, epsilon).getFirst());
  }

  private static void meanVariance(NodeImport node) {
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    int rank = x.shape().rank();
    long[] named = node.attributes().longs("axes").orElse(new long[] {0, 2, 3});
    node.attributes().end();
    List<Integer> along = new ArrayList<>();
    for (long axis : named) {
      int own = node.axis(Math.clamp(axis, -rank - 1, rank), rank);
      node.require(!along.contains(own), "an axis is named twice", Arrays.toString(named));
      along.add(own);
    }
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, rank).boxed().filter(i -> !along.contains(i)).toList());
    int kept = order.size();
    order.addAll(along);
    Value rows = node.transposed("rows", x, order);
    int count = rows.shape().countOf(0, kept);
    Value one = node.constant("one", Tensor.ofFloats(Shape.of(1), 1f));
    Value none = node.constant("none", Tensor.ofFloats(Shape.of(1), 0f));
    int n = rows.shape().count() / count;
    int[] which = {1, 0, n};
    Value y = normalise(node, rows, one, none, count, n, which, MEAN_VARIANCE_EPSILON).getFirst();
    List<Integer> back = IntStream.range(0, rank).map(order::indexOf).boxed().toList();
    floats.define(0, node.transposed("back", y, back));
  }

  /// {@return the rows normalised, their means and the reciprocals of their deviations}
  static List<Value> normalise(
      NodeImport node,
      Value x,
      Value scale,
      Value bias,
      int rows,
      int n,
      int[] factors,
      float epsilon) {
    return node.call("normalize.f32")
        .named("normal")
        .read(x)
        .read(scale)
        .read(bias)
        .writePart(ElementType.F32, x.shape())
        .writePart(ElementType.F32, Shape.of(rows))
        .writePart(ElementType.F32, Shape.of(rows))
        .ints("rows n", rows, n)
        .ints("factors", factors)
        .real("epsilon", epsilon)
        .emitAll();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(since);
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    int rank = make.between(2, 4);
    int[] dims = make.dims(rank);
    switch (this) {
      case LAYER, ROOT -> {
        int axis = make.between(0, rank - 1);
        int[] row = Arrays.copyOfRange(dims, axis, rank);
        node.given(make.tensor(type, dims)).either(make.tensor(type, row));
        if (this == LAYER && make.oneIn(2)) {
          node.either(make.tensor(type, row));
        }
        node.integer("axis", make.oneIn(2) ? axis : axis - rank);
      }
      case INSTANCE ->
          node.given(make.tensor(type, dims))
              .either(make.tensor(type, dims[1]))
              .either(make.tensor(type, dims[1]));
      case GROUP -> {
        int groups = make.between(1, 3);
        dims[1] = groups * make.between(1, 3);
        int factors = node.opset() >= PER_CHANNEL ? dims[1] : groups;
        node.given(make.tensor(type, dims))
            .either(make.tensor(type, factors))
            .either(make.tensor(type, factors))
            .integer("num_groups", groups);
      }
      case MEAN_VARIANCE -> {
        node.given(make.tensor(type, dims));
        node.integers("axes", make.oneIn(2) ? new int[] {0} : new int[] {-1, 0});
      }
    }
    return this == MEAN_VARIANCE || make.oneIn(2) ? node.end() : node.real("epsilon", 0.1f).end();
  }
}

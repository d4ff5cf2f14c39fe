package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;
import opml.formats.onnx.operator.OneCall.Real;

/// Operators of bytes as ONNX Runtime's quantiser writes them (its ContribOperators.md): the bytes as floats, by a
/// scale and a zero point of each operand, what the operator of floats makes of them, and that as bytes.
enum QLinearOperator implements Operator {
  ADD("Add", "a + b"),
  MULTIPLY("Mul", "a·b"),
  AVERAGE_POOL("AveragePool", "the mean of each window"),
  GLOBAL_AVERAGE_POOL("GlobalAveragePool", "the mean of each channel's plane"),
  CONCAT("Concat", "tensors side by side along an axis"),
  LEAKY_RELU("LeakyRelu", "x, or alpha · x below 0"),
  REDUCE_MEAN("ReduceMean", "the mean along axes"),
  SIGMOID("Sigmoid", "1 / (1 + exp(-x))"),
  SOFTMAX("Softmax", "exp(x - max), divided by its sum, along an axis"),
  WHERE("Where", "x where a condition is, else y");

  private static final int PER_AXIS = 13;
  private static final float LEAK = 0.01f;

  private final String label;
  private final String summary;

  QLinearOperator(String label, String summary) {
    this.label = "QLinear" + label;
    this.summary = summary + ", of bytes with scales";
  }

  @Override
  public Declaration declaration() {
    Declaration declared = Declaration.of(label, summary).in(Composition.MICROSOFT);
    return switch (this) {
      case CONCAT -> declared.with(Declaration.Way.KERNEL, ElementType.F32);
      case WHERE -> declared.with(Declaration.Way.KERNEL, ElementType.BOOL);
      default -> declared.with(Declaration.Way.KERNEL, ElementType.U8, ElementType.I8);
    };
  }

  @Override
  public void importNode(NodeImport node) {
    Composition all = new Composition(node);
    switch (this) {
      case ADD, MULTIPLY -> {
        node.arity(7, 8);
        node.attributes().end();
        Value a = operand(all, 0);
        Value b = operand(all, 3);
        define(all, this == ADD ? all.sum(a, b) : all.product(a, b), 0, 6);
      }
      case CONCAT -> concat(all);
      case WHERE -> {
        node.arity(9, 9);
        node.attributes().end();
        Value condition = node.input(0, ElementType.BOOL);
        define(all, all.select(condition, operand(all, 1), operand(all, 4)), 1, 7);
      }
      case AVERAGE_POOL, GLOBAL_AVERAGE_POOL, LEAKY_RELU, REDUCE_MEAN, SIGMOID, SOFTMAX -> {
        node.arity(4, 5);
        Value x = operand(all, 0);
        define(all, one(all, x), 0, 3);
      }
    }
  }

  /// {@return what the operator of floats makes of one operand}
  private Value one(Composition all, Value x) {
    NodeImport node = all.node();
    int rank = x.shape().rank();
    return switch (this) {
      case AVERAGE_POOL -> {
        boolean last = node.attributes().flag("channels_last", false);
        Value means = PoolOperator.means(node, last ? channelsSecond(all, x) : x);
        yield last ? channelsLast(all, means) : means;
      }
      case GLOBAL_AVERAGE_POOL -> {
        boolean last = node.attributes().flag("channels_last", false);
        node.attributes().end();
        node.require(rank >= 3, "the input has no planes", "" + x.shape());
        Value planes = last ? channelsSecond(all, x) : x;
        List<Integer> dims = new ArrayList<>(planes.shape().dims());
        dims.subList(2, rank).replaceAll(_ -> 1);
        Shape result = new Shape(dims);
        int size = planes.shape().countOf(2, rank);
        Value means = all.means(planes, size, result);
        yield last ? channelsLast(all, means) : means;
      }
      case LEAKY_RELU -> {
        float alpha = node.attributes().real("alpha", LEAK);
        node.attributes().end();
        yield all.each("leakyrelu.f32", x, new Real("alpha", alpha));
      }
      case REDUCE_MEAN -> mean(all, x);
      case SIGMOID -> {
        node.attributes().end();
        yield all.each("sigmoid.f32", x);
      }
      case SOFTMAX -> {
        boolean perAxis = node.attributes().integer("opset", PER_AXIS, 1, 1 << 10) >= PER_AXIS;
        int declared = node.attributes().integer("axis", perAxis ? -1 : 1, -rank, rank);
        node.attributes().end();
        int axis = node.axis(declared, rank);
        int end = perAxis ? axis + 1 : rank;
        Shape shape = x.shape();
        yield all.softmax(
            x, shape.countOf(0, axis), shape.countOf(axis, end), shape.countOf(end, rank));
      }
      default -> throw new IllegalStateException(label + " has several operands");
    };
  }

  private static Value mean(Composition all, Value x) {
    NodeImport node = all.node();
    int rank = x.shape().rank();
    long[] named = node.attributes().longs("axes").orElse(new long[0]);
    boolean keep = node.attributes().flag("keepdims", true);
    node.attributes().end();
    List<Integer> along = new ArrayList<>();
    for (long axis : named) {
      int own = node.axis(Math.clamp(axis, -rank - 1, rank), rank);
      node.require(!along.contains(own), "an axis is named twice", Arrays.toString(named));
      along.add(own);
    }
    if (along.isEmpty()) {
      IntStream.range(0, rank).forEach(along::add);
    }
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, rank).boxed().filter(i -> !along.contains(i)).toList());
    List<Integer> dims = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      if (!along.contains(i)) {
        dims.add(x.shape().dim(i));
      } else if (keep) {
        dims.add(1);
      }
    }
    int kept = order.size();
    order.addAll(along);
    Value rows = all.turned(x, order.toArray(Integer[]::new));
    return all.means(rows, rows.shape().countOf(kept, rank), new Shape(dims));
  }

  private static void concat(Composition all) {
    NodeImport node = all.node();
    node.arity(3, Integer.MAX_VALUE);
    node.require(
        node.inputs() % 3 == 2, "inputs are not a scale, a zero point, and threes behind them");
    node.input(0, ElementType.F32);
    Value[] parts = new Value[node.inputs() / 3];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = operand(all, 2 + 3 * i);
    }
    int rank = parts[0].shape().rank();
    node.require(node.attributes().has("axis"), "attribute axis is missing");
    int axis = node.axis(node.attributes().integer("axis", 0, -rank, rank), rank);
    node.attributes().end();
    define(all, all.joined(axis, parts), 2, 0);
  }

  /// {@return bytes as floats: an input, the one behind it as its scale, and the next as its zero point}
  private static Value operand(Composition all, int input) {
    NodeImport node = all.node();
    return all.dequantised(node.quantised(input), node.input(input + 1), node.optional(input + 2));
  }

  /// Declares the result to be floats as bytes, of the type of an input.
  ///
  /// @param scale the input that is the result's scale; the one behind it is its zero point
  private static void define(Composition all, Value y, int input, int scale) {
    NodeImport node = all.node();
    ElementType type = node.quantised(input).type();
    node.define(all.quantised(y, node.input(scale), node.optional(scale + 1), type));
  }

  private static Value channelsSecond(Composition all, Value x) {
    int rank = x.shape().rank();
    all.node().require(rank >= 3, "the input has no planes", x.describe());
    List<Integer> order = new ArrayList<>(List.of(0, rank - 1));
    IntStream.range(1, rank - 1).forEach(order::add);
    return all.turned(x, order.toArray(Integer[]::new));
  }

  private static Value channelsLast(Composition all, Value x) {
    int rank = x.shape().rank();
    List<Integer> order = new ArrayList<>(List.of(0));
    IntStream.range(2, rank).forEach(order::add);
    order.add(1);
    return all.turned(x, order.toArray(Integer[]::new));
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType type = QuantisedProduct.type(make);
    switch (this) {
      case ADD, MULTIPLY -> {
        int[] dims = make.dims(make.between(1, 4));
        int[] other = dims.clone();
        if (make.oneIn(2)) {
          other[make.between(0, dims.length - 1)] = 1;
        }
        node.given(make.tensor(type, dims)).constant(make.scales()).constant(make.tensor(type));
        node.either(make.tensor(type, other)).constant(make.scales()).constant(make.tensor(type));
        node.constant(make.scales());
        return make.oneIn(4) ? node.end() : node.constant(make.tensor(type)).end();
      }
      case CONCAT -> {
        int rank = make.between(1, 3);
        int axis = make.between(0, rank - 1);
        int[] dims = make.dims(rank);
        node.constant(make.scales()).constant(make.tensor(type));
        for (int i = make.between(1, 3); i > 0; i--) {
          dims[axis] = make.size();
          node.given(make.tensor(type, dims)).constant(make.scales()).constant(make.tensor(type));
        }
        return node.integer("axis", axis).end();
      }
      case WHERE -> {
        int[] dims = make.dims(make.between(1, 3));
        node.given(make.tensor(ElementType.BOOL, dims));
        for (int i = 0; i < 2; i++) {
          node.given(make.tensor(type, dims)).constant(make.scales()).constant(make.tensor(type));
        }
        return node.constant(make.scales()).constant(make.tensor(type)).end();
      }
      default -> {}
    }
    int rank = make.between(this == AVERAGE_POOL || this == GLOBAL_AVERAGE_POOL ? 3 : 1, 4);
    int[] dims = make.dims(rank);
    if (this == AVERAGE_POOL) {
      Window.Sizes sizes = Window.Sizes.random(make, node, false, make.between(1, 2));
      node.given(make.tensor(type, sizes.image(make.between(1, 2), make.between(1, 3))));
      sizes.kernelShape(node);
      node.flag("count_include_pad", make.oneIn(2));
    } else {
      node.given(make.tensor(type, dims));
    }
    node.constant(make.scales());
    if (make.oneIn(4) && this != GLOBAL_AVERAGE_POOL) {
      node.absent();
    } else {
      node.constant(make.tensor(type));
    }
    node.constant(make.scales()).constant(make.tensor(type));
    switch (this) {
      case GLOBAL_AVERAGE_POOL -> node.flag("channels_last", make.oneIn(2));
      case LEAKY_RELU -> node.real("alpha", 0.25f);
      case REDUCE_MEAN ->
          node.integers("axes", make.between(-rank, rank - 1)).flag("keepdims", make.oneIn(2));
      case SOFTMAX ->
          node.integer("axis", make.between(-rank, rank - 1))
              .integer("opset", make.one(11, PER_AXIS));
      default -> {}
    }
    return node.end();
  }
}

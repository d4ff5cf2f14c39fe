package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;
import opml.kernels.operators.Reduction;

/// What is along some axes, or all of them, as one number. Since opset 18 (ReduceSum 13) the axes are an input.
enum ReduceOperator implements Operator {
  L1("ReduceL1", "the sum of magnitudes"),
  L2("ReduceL2", "the square root of the sum of squares"),
  LOG_SUM("ReduceLogSum", "the logarithm of the sum"),
  LOG_SUM_EXP("ReduceLogSumExp", "the logarithm of the sum of exponentials"),
  MAX("ReduceMax", "the greatest"),
  MEAN("ReduceMean", "the mean"),
  MIN("ReduceMin", "the least"),
  PROD("ReduceProd", "the product"),
  SUM("ReduceSum", "the sum"),
  SUM_SQUARE("ReduceSumSquare", "the sum of squares");

  private static final int AXES_ARE_AN_INPUT = 18;
  private static final int AXES_OF_SUM_ARE_AN_INPUT = 13;

  private final String label;
  private final String summary;

  ReduceOperator(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    Declaration declaration = Declaration.of(label, summary + " along axes");
    return switch (this) {
      case MAX, MIN -> declaration.withAll(Way.KERNEL);
      default -> declaration.with(Way.KERNEL, NumberTypes.NUMBERS);
    };
  }

  @Override
  public void importNode(NodeImport node) {
    boolean asInput = node.opset() >= (this == SUM ? AXES_OF_SUM_ARE_AN_INPUT : AXES_ARE_AN_INPUT);
    node.arity(1, asInput ? 2 : 1);
    Value x = node.input(0);
    node.requireType(
        declaration().types(Way.KERNEL).contains(x.type()), x.type(), "numbers are supported");
    int rank = x.shape().rank();
    Optional<List<Integer>> named = Axes.of(node, rank, asInput, 1);
    boolean keep = node.attributes().flag("keepdims", true);
    boolean noop = asInput && node.attributes().flag("noop_with_empty_axes", false);
    node.attributes().end();
    boolean all = named.isEmpty() || named.get().isEmpty();
    if (all && noop) {
      node.define(x);
      return;
    }
    List<Integer> axes = all ? IntStream.range(0, rank).boxed().toList() : named.get();
    Shape result = Axes.reduced(x.shape(), axes, keep);
    node.define(node.cast(of(node, x, axes).reshaped(result), x.type()));
  }

  private Value of(NodeImport node, Value x, List<Integer> axes) {
    ElementType as = NumberTypes.computedAs(x.type());
    // Of doubles there are neither logarithms nor exponentials.
    boolean throughFloats =
        as == ElementType.I64
            ? this == L2 || this == LOG_SUM || this == LOG_SUM_EXP
            : this == LOG_SUM || this == LOG_SUM_EXP;
    if (throughFloats) {
      as = ElementType.F32;
    }
    Value number = node.cast(x, as);
    return switch (this) {
      case L2 -> function(node, "root", "sqrt.f32", 6, reduced(node, number, axes, SUM_SQUARE));
      case LOG_SUM -> function(node, "log", "log.f32", -1, reduced(node, number, axes, SUM));
      default -> reduced(node, number, axes, this);
    };
  }

  private static Value function(
      NodeImport node, String what, String kernel, int ofDoubles, Value x) {
    if (x.type() == ElementType.F64) {
      node.requireType(ofDoubles >= 0, x.type(), "float is supported");
      return OneCall.of(node, what, "unary.f64", ofDoubles, x);
    }
    return OneCall.ofFloats(node, what, kernel, x);
  }

  /// {@return one number for each place of the other axes, which are in their order}
  private static Value reduced(NodeImport node, Value x, List<Integer> axes, ReduceOperator kind) {
    Shape shape = x.shape();
    int first = axes.isEmpty() ? shape.rank() : axes.getFirst();
    boolean together = axes.isEmpty() || axes.getLast() - first == axes.size() - 1;
    if (!together) {
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < shape.rank(); i++) {
        if (!axes.contains(i)) {
          order.add(i);
        }
      }
      first = order.size();
      order.addAll(axes);
      x = node.transposed("order", x, order);
      shape = x.shape();
    }
    int end = first + axes.size();
    int outer = shape.countOf(0, first);
    int inner = shape.countOf(end, shape.rank());
    String kernel =
        switch (x.type()) {
          case F32 -> "reduce." + kind.word() + ".f32";
          case F64 -> "reduce.f64";
          default -> "reduce.i64";
        };
    NodeImport.Call call =
        node.call(kernel)
            .named("reduced")
            .read(x)
            .writePart(x.type(), Shapes.of(node, outer, inner))
            .ints("axis", outer, shape.countOf(first, end), inner);
    if (x.type() != ElementType.F32) {
      call.ints("kind", kind.number());
    }
    return call.emitPart();
  }

  private String word() {
    return switch (this) {
      case L1 -> "l1";
      case LOG_SUM_EXP -> "logsumexp";
      case MAX -> "max";
      case MEAN -> "mean";
      case MIN -> "min";
      case PROD -> "prod";
      case SUM_SQUARE -> "sumsquare";
      case SUM, L2, LOG_SUM -> "sum";
    };
  }

  private int number() {
    return switch (this) {
      case L1 -> Reduction.SUM_OF_MAGNITUDES;
      case MAX -> Reduction.GREATEST;
      case MEAN -> Reduction.MEAN;
      case MIN -> Reduction.LEAST;
      case PROD -> Reduction.PRODUCT;
      case SUM_SQUARE -> Reduction.SUM_OF_SQUARES;
      case SUM, L2, LOG_SUM, LOG_SUM_EXP -> Reduction.SUM;
    };
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(declaration().since());
    ElementType[] types =
        declaration().types(Way.KERNEL).stream().sorted().toArray(ElementType[]::new);
    ElementType type = make.one(types);
    int rank = make.between(1, 4);
    node.given(make.tensor(type, make.dims(rank))).flag("keepdims", make.oneIn(2));
    if (make.oneIn(4)) {
      return node.end();
    }
    int axis = make.between(0, rank - 1);
    boolean two = axis + 2 < rank && make.oneIn(2);
    int[] axes = two ? new int[] {axis, axis + 2} : new int[] {axis};
    boolean asInput = node.opset() >= (this == SUM ? AXES_OF_SUM_ARE_AN_INPUT : AXES_ARE_AN_INPUT);
    return asInput
        ? node.constant(
                Tensor.ofLongs(Shape.of(axes.length), Arrays.stream(axes).asLongStream().toArray()))
            .end()
        : node.integers("axes", axes).end();
  }
}

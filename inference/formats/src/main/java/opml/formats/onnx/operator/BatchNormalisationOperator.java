package opml.formats.onnx.operator;

import java.util.ArrayList;
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

/// BatchNormalization by means and variances that are given, or, in training, by the batch's own, which then go into
/// those that are given: `running · momentum + own · (1 - momentum)`.
final class BatchNormalisationOperator implements Operator {
  private static final Declaration DECLARATION =
      Declaration.of(
              "BatchNormalization",
              "each channel less a mean, by a deviation, given or its own, scaled")
          .with(Declaration.Way.KERNEL, ElementType.F32, ElementType.F16, ElementType.BF16);

  private static final float EPSILON = 1e-5f;
  private static final float MOMENTUM = 0.9f;

  /// Since then training is asked for by an attribute.
  private static final int TRAINS = 14;

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    boolean training = node.opset() >= TRAINS && node.attributes().flag("training_mode", false);
    node.arity(5, 5, training ? 3 : 1);
    float epsilon = node.attributes().real("epsilon", EPSILON);
    float momentum = node.attributes().real("momentum", MOMENTUM);
    node.require(node.attributes().integer("spatial", 1, 0, 1) == 1, "spatial must be 1");
    node.attributes().flag("is_test", true);
    node.attributes().end();
    Floats floats = Floats.of(node, 0);
    Value x = floats.input(0);
    Shape shape = x.shape();
    node.require(shape.rank() >= 1, "the input has no channels", x.describe());
    int outer = shape.rank() == 1 ? 1 : shape.dim(0);
    int channels = shape.rank() == 1 ? shape.dim(0) : shape.dim(1);
    int inner = shape.rank() == 1 ? 1 : shape.countOf(2, shape.rank());
    List<Value> given = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      Value value = floats.input(i);
      node.require(
          value.shape().equals(Shape.of(channels)),
          "input " + i + " must have a number for each channel",
          value.describe() + " for " + channels + " channels");
      given.add(value);
    }
    Value mean = given.get(2);
    Value variance = given.get(3);
    if (training) {
      List<Integer> order = new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
      if (shape.rank() > 1) {
        order.set(0, 1);
        order.set(1, 0);
      }
      Value rows = node.transposed("channels", x, order);
      List<Value> moments =
          node.call("moments.f32")
              .named("moments")
              .read(rows)
              .writePart(ElementType.F32, rows.shape())
              .writePart(ElementType.F32, Shape.of(channels))
              .writePart(ElementType.F32, Shape.of(channels))
              .ints("rows n", channels, shape.count() / channels)
              .emitAll();
      ElementType running = node.input(3).type();
      node.define(1, node.cast(mixed(node, "mean", mean, moments.get(1), momentum), running));
      node.define(
          2, node.cast(mixed(node, "variance", variance, moments.get(2), momentum), running));
      mean = moments.get(1);
      variance = moments.get(2);
    }
    Value y =
        node.call("batchnorm.f32")
            .named("normal")
            .read(x)
            .read(given.get(0))
            .read(given.get(1))
            .read(mean)
            .read(variance)
            .writePart(ElementType.F32, shape)
            .ints("axis", outer, channels, inner)
            .real("epsilon", epsilon)
            .emitPart();
    floats.define(0, y);
  }

  /// {@return `running · momentum + own · (1 - momentum)`, each operation rounded}
  private static Value mixed(
      NodeImport node, String what, Value running, Value own, float momentum) {
    Value kept = times(node, what + ".kept", running, momentum);
    Value fresh = times(node, what + ".fresh", own, 1f - momentum);
    return elementwise(node, "add.f32", what, kept, fresh, 1);
  }

  private static Value times(NodeImport node, String what, Value value, float factor) {
    Value number = node.constant(what + ".factor", Tensor.ofFloats(Shape.SCALAR, factor));
    return elementwise(node, "mul.f32", what, value, number, 0);
  }

  /// @param step of b from one element to the next: 0 if it is one number
  private static Value elementwise(
      NodeImport node, String kernel, String what, Value a, Value b, int step) {
    return node.call(kernel)
        .named(what)
        .read(a)
        .read(b)
        .writePart(ElementType.F32, a.shape())
        .ints("loops", 1, 1, 1, a.shape().count())
        .ints("a", 0, 0, 0, 1)
        .ints("b", 0, 0, 0, step)
        .emitPart();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    int[] dims = make.dims(make.between(2, 4));
    ElementType type =
        make.one(ElementType.F32, ElementType.F32, ElementType.F16, ElementType.BF16);
    node.given(make.tensor(type, dims));
    for (int i = 0; i < 4; i++) {
      node.either(make.tensor(type, dims[1]));
    }
    if (node.opset() >= TRAINS && make.oneIn(3)) {
      node.flag("training_mode", true).real("momentum", 0.7f);
    }
    return node.end();
  }
}

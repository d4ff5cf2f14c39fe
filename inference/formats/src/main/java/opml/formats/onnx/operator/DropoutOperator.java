package opml.formats.onnx.operator;

import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Declaration.Way;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.Value;

/// Dropout as inference has it, or training with a ratio of zero: another name, and a mask of ones. In training, draws
/// by the seed ([RandomOperator]) decide which elements stay.
final class DropoutOperator implements Operator {
  private static final int INFERENCE_UNLESS_ASKED = 7;
  private static final int RATIO_IS_AN_INPUT = 12;

  /// In `compare.f32`.
  private static final int LESS = 1;

  private static final Declaration DECLARATION =
      Declaration.of(
              "Dropout", "x itself, as inference has it; in training some of it, by the seed")
          .withAll(Way.NAME)
          .with(Way.KERNEL, NumberTypes.FLOATS);

  @Override
  public Declaration declaration() {
    return DECLARATION;
  }

  @Override
  public void importNode(NodeImport node) {
    node.arity(1, 3, 2);
    float ratio = node.attributes().real("ratio", 0.5f);
    Optional<Long> seed =
        node.attributes().has("seed")
            ? Optional.of(
                Integer.toUnsignedLong(
                    node.attributes().integer("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE)))
            : Optional.empty();
    if (node.opset() < INFERENCE_UNLESS_ASKED) {
      node.require(node.attributes().flag("is_test", false), "training mode is not supported");
    }
    node.attributes().end();
    if (node.optional(2).isPresent() && single(node, 2, ElementType.BOOL).integer(0) != 0) {
      float dropped =
          node.optional(1).isPresent()
              ? (float) single(node, 1, node.input(1).type()).real(0)
              : ratio;
      node.require(dropped >= 0 && dropped < 1, "the ratio is not from 0 to below 1", "" + dropped);
      if (dropped > 0) {
        train(node, dropped, node.drawKey(seed));
        return;
      }
    }
    node.define(node.input(0));
    if (node.wants(1)) {
      Shape shape = node.input(0).shape();
      Tensor ones = node.foldable(ElementType.BOOL, shape);
      ones.data().fill((byte) 1);
      node.define(1, node.constant("mask", ones));
    }
  }

  private static Tensor single(NodeImport node, int index, ElementType type) {
    Tensor value = node.constant(index);
    node.require(
        value.shape().count() == 1 && value.type() == type && (index == 2 || type.isFloat()),
        "input " + index + " is not one number of its type",
        type.label() + " " + value.shape());
    return value;
  }

  /// Element i stays if draw i is below 1 - ratio, and is then `x_i · (1 / (1 - ratio))`, each operation rounded.
  private static void train(NodeImport node, float ratio, long seed) {
    Value x = node.input(0);
    node.requireType(x.type().isFloat(), x.type(), "floats are supported");
    Value draws =
        node.call("random.uniform.f32")
            .named("draws")
            .writePart(ElementType.F32, x.shape())
            .ints("n", x.shape().count())
            .real("low", 0)
            .real("high", 1)
            .ints("seed seedHigh", (int) seed, (int) (seed >>> Integer.SIZE))
            .emitPart();
    float kept = 1 - ratio;
    Value share = node.constant("kept", Tensor.ofFloats(Shape.SCALAR, kept));
    Value mask = PairCall.of(node, "mask", "compare.f32", LESS, draws, share, ElementType.BOOL);
    Value scale = node.constant("scale", Tensor.ofFloats(Shape.SCALAR, 1 / kept));
    Value factors =
        PairCall.arithmetic(
            node, "factors", PairCall.PRODUCT, node.cast(mask, ElementType.F32), scale);
    Value number = node.cast(x, ElementType.F32);
    String name = NumberTypes.before(ElementType.F32, x.type());
    node.define(
        node.cast(PairCall.arithmetic(node, name, PairCall.PRODUCT, number, factors), x.type()));
    if (node.wants(1)) {
      node.define(1, mask);
    }
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(DECLARATION.since());
    if (node.opset() < INFERENCE_UNLESS_ASKED) {
      node.flag("is_test", true);
    }
    int[] dims = make.dims(make.between(0, 4));
    if (node.opset() >= RATIO_IS_AN_INPUT && make.oneIn(3)) {
      return node.given(make.tensor(make.one(NumberTypes.FLOATS), dims))
          .constant(Tensor.ofFloats(Shape.SCALAR, make.between(1, 9) / 10f))
          .constant(make.whole(ElementType.BOOL, 1, 1))
          .integer("seed", make.between(0, 9))
          .end();
    }
    node.given(make.tensor(make.type(), dims));
    return node.opset() < RATIO_IS_AN_INPUT
        ? node.real("ratio", 0.3f).end()
        : node.constant(make.floats()).constant(make.whole(ElementType.BOOL, 0, 0)).end();
  }
}

package opml.formats.onnx.operator;

import java.util.Arrays;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Types;
import opml.formats.onnx.node.Value;

/// The scales and zero points of QLinearMatMul and QLinearConv, whose inputs 0 to 7 are a, its scale and zero
/// point, b, its scale and zero point, and the result's scale and zero point. All but a and b must be
/// constants.
record QuantisedProduct(
    Value a,
    Value b,
    int aZero,
    int bZero,
    int yZero,
    ElementType resultType,
    Requantisation requantisation,
    boolean perChannel) {
  /// @param channels of the result, for which b may have scales of their own
  static QuantisedProduct of(NodeImport node, int channels) {
    Value a = node.quantised(0);
    Value b = node.quantised(3);
    float aScale = single(node, 1).f32(0);
    float yScale = single(node, 6).f32(0);
    Tensor bScales = node.constant(4);
    node.require(
        bScales.type() == ElementType.F32
            && bScales.shape().rank() <= 1
            && (bScales.shape().count() == 1 || bScales.shape().count() == channels),
        "input 4 must be one scale or one for each channel",
        describe(bScales) + " for " + channels + " channels");
    Tensor bZeros = node.constant(5);
    node.require(
        bZeros.shape().count() == 1 || bZeros.shape().count() == channels && channels > 0,
        "input 5 must be one zero point or one for each channel",
        describe(bZeros) + " for " + channels + " channels");
    node.require(
        bZeros.type() == b.type(), "zero points of b are not of its type", describe(bZeros));
    int bZero = (int) bZeros.integer(0);
    node.require(
        Arrays.stream(bZeros.integers()).allMatch(z -> z == bZero), "zero points of b differ");
    Tensor yZero = single(node, 7);
    node.requireType(yZero.type().isQuantised(), yZero.type(), "int8 and uint8 are supported");
    node.countFolded(2L * Integer.BYTES * bScales.shape().count());
    return new QuantisedProduct(
        a,
        b,
        zero(node, 2, a.type()),
        bZero,
        (int) yZero.integer(0),
        yZero.type(),
        Requantisation.of(aScale, bScales.floats(), yScale),
        bScales.shape().count() > 1);
  }

  /// {@return the kernels' record of quantised products}
  int[] scalars() {
    return new int[] {
      aZero,
      bZero,
      yZero,
      perChannel ? 1 : 0,
      a.type() == ElementType.U8 ? 1 : 0,
      b.type() == ElementType.U8 ? 1 : 0,
      resultType() == ElementType.U8 ? 1 : 0
    };
  }

  /// Checks that an accumulator of so many products, and a bias, stays in an int.
  void requireNoOverflow(NodeImport node, long products, Optional<Tensor> bias) {
    long largestBias =
        bias.map(tensor -> Arrays.stream(tensor.integers()).map(Math::abs).max().orElse(0))
            .orElse(0L);
    long largest = largest(a.type(), aZero) * largest(b.type(), bZero);
    node.require(
        products <= (Integer.MAX_VALUE - Math.min(largestBias, Integer.MAX_VALUE)) / largest,
        "the products may overflow 32 bits",
        products + " products of up to " + largest);
  }

  /// {@return the bias, which must be a constant of one i32 for each channel}
  static Optional<Tensor> bias(NodeImport node, int index, int channels) {
    if (node.optional(index).isEmpty()) {
      return Optional.empty();
    }
    Tensor bias = node.constant(index);
    node.require(
        bias.type() == ElementType.I32 && bias.shape().equals(Shape.of(channels)),
        "the bias must be one int32 for each channel",
        describe(bias) + " for " + channels + " channels");
    return Optional.of(bias);
  }

  /// {@return one of the types of a quantised operand}
  static ElementType type(CaseMaker make) {
    return make.one(ElementType.U8, ElementType.I8);
  }

  /// Adds to a node whose first input is there the scale and zero point of that, b with its own, and those of the
  /// result.
  static void random(CaseMaker make, CaseMaker.Draft node, ElementType a, Tensor b, int channels) {
    int[] perChannel = make.oneIn(2) ? new int[] {channels} : new int[0];
    int bZero = make.between(0, 127);
    node.constant(make.scales())
        .constant(make.whole(a, -128, 127))
        .either(b)
        .constant(make.scales(perChannel))
        .constant(make.whole(b.type(), bZero, bZero, perChannel))
        .constant(make.scales())
        .constant(make.whole(type(make), -128, 127));
  }

  private static String describe(Tensor tensor) {
    return Types.describe(tensor.type(), tensor.shape());
  }

  private static long largest(ElementType type, int zero) {
    int low = type == ElementType.U8 ? 0 : -128;
    return Math.max(zero - low, low + 255 - zero);
  }

  private static int zero(NodeImport node, int index, ElementType type) {
    Tensor zero = single(node, index);
    node.require(
        zero.type() == type,
        "the zero point in input " + index + " is not of the type",
        describe(zero));
    return (int) zero.integer(0);
  }

  private static Tensor single(NodeImport node, int index) {
    Tensor tensor = node.constant(index);
    node.require(
        tensor.shape().count() == 1 && tensor.shape().rank() <= 1,
        "input " + index + " must be one number",
        describe(tensor));
    node.require(
        tensor.type() == ElementType.F32 == (index % 3 == (index < 6 ? 1 : 0)),
        "input " + index + " has the wrong type",
        describe(tensor));
    return tensor;
  }
}
